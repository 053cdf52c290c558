#ifndef DATAPLANE_CAPTURE_CAPTURE_H
#define DATAPLANE_CAPTURE_CAPTURE_H

/* Recorded packets and messages, read from memory.
 *
 *     bytes of a file --> capture_open: which format? --> capture_next, capture_next, ... --> end
 *                                                             one record each         or an error
 *
 *     format                 recognised by                              records are
 *     pcap                   four magics and two of patched variants    frames
 *     pcapng                 section header block                       frames
 *     ITCH behind lengths    a plausible chain of lengths and types     messages
 *     ITCH behind zeros      named by the caller                        messages
 *
 * A pure, total function of bytes: no file, no allocation, no clock, so that it is fuzzed and
 * tested in memory.  Records point into the bytes; nothing is copied.
 *
 * Guarantees: every record that lies whole before the first fault is delivered, then the fault with
 * its place, and it stays.  No byte outside bytes[0..length) is read.  capture_next ends after at
 * most length calls.
 *
 * Threads: one per struct capture.  Memory: the struct, about 8 KiB.
 * Cost: tens of nanoseconds a record, mostly the cache misses of its header.
 * Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng; pcap-savefile(5) for old versions. */

#include "dataplane/base/base.h"

#define CAPTURE_INTERFACES_MAX  256u      /* of one pcapng section */
#define CAPTURE_PCAP_BYTES_MAX  262144u   /* of one pcap record, unless the file allows more */
#define CAPTURE_BLOCK_BYTES_MAX 16777216u /* of one pcapng block */
#define CAPTURE_PLAUSIBLE_COUNT 16u       /* messages looked at before a file is taken for ITCH */

/* clang-format off */

/* What became of a file or a record: status, name, sentence.  The sentence of a refusal completes
 * "<file> ...", that of a fault
 * "<file>: what follows record 7, at byte 300, ...". */
#define CAPTURE_STATUSES(X)                                                            \
    X(CAPTURE_OK,             ok,             "is a record")                           \
    X(CAPTURE_END,            end,            "is at its end")                         \
    /* refused by capture_open */                                                      \
    X(CAPTURE_EMPTY,          empty,          "holds no bytes")                        \
    X(CAPTURE_GZIP,           gzip,           "is gzip-compressed: unpack it first")   \
    X(CAPTURE_ZSTD,           zstd,           "is zstd-compressed: unpack it first")   \
    X(CAPTURE_XZ,             xz,             "is xz-compressed: unpack it first")     \
    X(CAPTURE_BZIP2,          bzip2,          "is bzip2-compressed: unpack it first")  \
    X(CAPTURE_UNKNOWN,        unknown,        "is neither pcap, nor pcapng, nor ITCH messages behind 16-bit lengths") \
    X(CAPTURE_ZEROS,          zeros,          "looks like ITCH messages behind two zero bytes each: framing 'types' reads them") \
    X(CAPTURE_CUT_FILE_HEADER, cut_file_header, "ends inside the 24 bytes of a pcap file header") \
    X(CAPTURE_PCAP_VERSION,   pcap_version,   "is of a pcap version other than 2.0 to 2.4") \
    X(CAPTURE_LINK_TYPE,      link_type,      "has a link type that is not Ethernet")  \
    /* found by capture_next, any format */                                            \
    X(CAPTURE_CUT_HEADER,     cut_header,     "is cut off inside its header")          \
    X(CAPTURE_CUT_RECORD,     cut_record,     "is cut off before its length")          \
    X(CAPTURE_TIME_RANGE,     time_range,     "has a time outside 1970 to 2554")       \
    /* pcap */                                                                         \
    X(CAPTURE_TOO_LONG,       too_long,       "is longer than 262144 bytes and than the file header allows") \
    X(CAPTURE_BAD_FRACTION,   bad_fraction,   "has a fraction of a second that is a second or more") \
    /* pcapng */                                                                       \
    X(CAPTURE_BYTE_ORDER,     byte_order,     "is a section header block without a byte-order magic") \
    X(CAPTURE_BLOCK_LENGTH,   block_length,   "is a block whose length is too small for its type, not a multiple of 4, or above 16 MiB") \
    X(CAPTURE_BLOCK_TRAILER,  block_trailer,  "is a block whose length at its end differs from the one at its begin") \
    X(CAPTURE_BAD_OPTION,     bad_option,     "is a block with an option of a wrong length or value") \
    X(CAPTURE_BAD_RESOLUTION, bad_resolution, "describes an interface with a time resolution below 10^-19 or 2^-63 s") \
    X(CAPTURE_INTERFACES,     interfaces,     "describes more than 256 interfaces in one section") \
    X(CAPTURE_NO_INTERFACE,   no_interface,   "names an interface that was not described") \
    X(CAPTURE_PACKET_LENGTH,  packet_length,  "is a packet that does not fit in its block") \
    /* ITCH messages */                                                                \
    X(CAPTURE_NOT_ZEROS,      not_zeros,      "does not begin with two zero bytes")    \
    X(CAPTURE_UNKNOWN_TYPE,   unknown_type,   "has a message type whose length is not known") \
    X(CAPTURE_AFTER_END,      after_end,      "follows the zero length that ends the file")

/* clang-format on */

#define CAPTURE_ENUM(status, name, sentence) status,
enum capture_status { CAPTURE_STATUSES(CAPTURE_ENUM) CAPTURE_STATUS_COUNT };

const char *capture_status_text(enum capture_status status);
const char *capture_status_name(enum capture_status status);

enum capture_format {
    CAPTURE_FORMAT_NONE,
    CAPTURE_FORMAT_PCAP,
    CAPTURE_FORMAT_PCAPNG,
    CAPTURE_FORMAT_ITCH_LENGTHS, /* big-endian 16-bit length, message; length 0 ends the file */
    CAPTURE_FORMAT_ITCH_TYPES,   /* two zero bytes, message, as long as its type says */
};

/* How capture_open finds the format. */
enum capture_framing {
    CAPTURE_FRAMING_CONTENT, /* by the bytes themselves; never finds ITCH behind zeros */
    CAPTURE_FRAMING_LENGTHS, /* ITCH behind lengths, whatever the bytes look like */
    CAPTURE_FRAMING_TYPES,   /* ITCH behind zeros */
};

enum capture_kind {
    CAPTURE_FRAME,   /* an Ethernet frame, without frame check sequence */
    CAPTURE_MESSAGE, /* one ITCH message; no frame, no time */
};

enum capture_direction { CAPTURE_DIRECTION_NONE, CAPTURE_INBOUND, CAPTURE_OUTBOUND };

struct capture_record {
    const uint8_t *bytes;     /* inside the bytes given to capture_open */
    uint32_t length;          /* kept in the file */
    uint32_t original_length; /* on the wire; >= length */
    nanos_t time_ns;          /* since the Unix epoch; 0 if not timed */
    uint64_t number;          /* 1, 2, 3 ...: records of the file; of ITCH, the sequence number */
    uint64_t offset;          /* of the record's header in the file */
    uint32_t interface;       /* of its pcapng section, or of a patched pcap; else 0 */
    enum capture_kind kind;
    enum capture_direction direction; /* pcapng and patched pcap may say it */
    bool timed;                       /* a simple packet block and a message have no time */
    bool sliced;                      /* length < original_length: do not parse past it */
};

/* How an interface of the file counts time. */
struct capture_interface {
    uint64_t ticks_per_second; /* a power of 10 or, if shift is not 0, 2^shift (then unused) */
    int64_t offset_s;
    uint32_t snap_bytes; /* 0 is no limit */
    uint16_t link_type;
    uint8_t shift;
    uint8_t fcs_bytes; /* frame check sequence at the end of each frame */
};

/* All fields are the reader's; format, status, fault_offset and number may be read. */
struct capture {
    const uint8_t *bytes;
    uint64_t length;
    uint64_t at;           /* next record header */
    uint64_t number;       /* records delivered */
    uint64_t fault_offset; /* where the record begins that status is about */
    enum capture_format format;
    enum capture_status status;  /* CAPTURE_OK, or what every further capture_next returns */
    bool swapped;                /* numbers of the file or section are big-endian */
    bool skipping;               /* inside a section of an unknown version */
    uint8_t record_header_bytes; /* pcap: 16, patched 24 */
    uint8_t minor_version;       /* pcap */
    uint32_t record_bytes_max;   /* pcap */
    uint32_t interface_count;
    struct capture_interface interface[CAPTURE_INTERFACES_MAX];
};

/* Recognises bytes[0..length), which must stay as they are until the last record is used.
 * CAPTURE_OK, or why the file cannot be read at all; capture_next then returns the same. */
MUST_USE enum capture_status capture_open(const uint8_t *bytes, size_t length,
                                          enum capture_framing framing, struct capture *capture);

/* CAPTURE_OK and the next record; CAPTURE_END; or a fault, after which nothing can be read.
 * *record is written only with CAPTURE_OK. */
MUST_USE enum capture_status capture_next(struct capture *capture, struct capture_record *record);

#endif
