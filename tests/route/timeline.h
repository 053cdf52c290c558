#ifndef TESTS_ROUTE_TIMELINE_H
#define TESTS_ROUTE_TIMELINE_H

/* What comes to a dispatcher and what its delegates are shown, drawn as a timeline.
 *
 *     TIMELINE("X  .   q5,t10  .            t5  .             .     ",
 *              "a  +X  .       X:q5,t10,sL  .   .             X:t5  ",
 *              "b  +X  .       .            .   X:q5,t15,sL   .     ");
 *
 * Time goes from left to right, one column after the other, and within a column from top to bottom.
 * Every row has the same number of cells.  Capitals X, Y, Z are instruments, small letters a to d
 * are delegates (strategies, switched on, each with a queue of two messages).
 *
 * In the row of an instrument, one value:   q5 is quoted 5 to 6, t10 trades 10, sG enters the state
 * that begins with G, new begins a new session, = says nothing new.  Joined by commas.
 *
 * In the row of a delegate, what happens to it:   +X joins X, -X leaves it, i3 or i3Y is
 * instruction number 3 about X or Y, r3 or r3Y a report, off, on, open and close a child order,
 * done lets it say so in its next decision, finish says so for it, ended takes it out, alive says
 * that it has not ended yet.  What is refused names the status: r3!full.
 *
 * Or what it is shown:   X:i3,r4Y,q5,t15,sG is its decision about X: the messages in order, the new
 * quote, the volume traded, the new state; each only if it is there.  X: is a decision without
 * anything new.
 *
 * Each such cell calls dispatch_next once; a decision that is not drawn is an error, and so is one
 * that is left over.  After every cell dispatch_verify runs. */

#include "dataplane/route/dispatch.h"

void timeline_open(void);  /* before each spec: a dispatcher */
void timeline_close(void); /* after each spec */

#define TIMELINE(...) timeline_run(__FILE__, __LINE__, (const char *[]){__VA_ARGS__, 0})
void timeline_run(const char *file, int line, const char *const *rows);

/* For what a drawing does not say. */
struct dispatch *timeline_dispatch(void);
uint32_t timeline_delegate(char name); /* its number; it must have been drawn */

#endif
