/* A shared object that is no plug-in: it exports what the case says by -D. */

EXPORT
