#include "control/redis/redis_make.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16u

#if HIREDIS_MAJOR < 1
typedef int array_elements;
#else
typedef size_t array_elements;
#endif

/* What a reply needs beside what is kept: its bytes are behind this. */
struct redis_make_more {
    struct redis_make_more *next;
} __attribute__((aligned(ALIGNMENT)));

static void begin(struct redis_make *make, char *at, size_t room)
{
    make->at = at;
    make->room = room;
    make->used = 0;
}

static bool more_take(struct redis_make *make, size_t bytes)
{
    size_t room = bytes > REDIS_MAKE_KEPT ? bytes : REDIS_MAKE_KEPT;
    struct redis_make_more *more = malloc(sizeof *more + room);
    if (!more) return false;
    more->next = make->more;
    make->more = more;
    begin(make, (char *)(more + 1), room);
    return true;
}

static void *room_take(struct redis_make *make, size_t bytes)
{
    bytes = ALIGN_UP(bytes, (size_t)ALIGNMENT);
    if (bytes > make->room - make->used && !more_take(make, bytes)) return NULL;
    void *place = make->at + make->used;
    make->used += bytes;
    return place;
}

/* In its parent's place, if it has one. */
static redisReply *object_make(const redisReadTask *task, struct redis_make *make, int type)
{
    redisReply *object = room_take(make, sizeof *object);
    if (!object) return NULL;
    *object = (redisReply){.type = type};
    if (!task->parent) return object;
    redisReply *parent = task->parent->obj;
    CHECK((size_t)task->idx < parent->elements);
    parent->element[task->idx] = object;
    return object;
}

static void *text_make(const redisReadTask *task, char *text, size_t length)
{
    struct redis_make *make = task->privdata;
    char *copy = room_take(make, length + 1);
    redisReply *object = copy ? object_make(task, make, task->type) : NULL;
    if (!object) return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    object->str = copy;
    object->len = length;
    return object;
}

static void *array_make(const redisReadTask *task, array_elements elements)
{
    struct redis_make *make = task->privdata;
    size_t left = REDIS_REPLY_ELEMENTS_MAX - make->elements;
    if ((long long)elements < 0 || (size_t)elements > left) {
        make->elements = REDIS_REPLY_ELEMENTS_MAX + 1ul;
        return NULL;
    }
    size_t count = (size_t)elements, bytes = count * sizeof(redisReply *);
    redisReply **element = room_take(make, bytes);
    redisReply *object = element ? object_make(task, make, task->type) : NULL;
    if (!object) return NULL;
    memset(element, 0, bytes);
    make->elements += count;
    object->element = element;
    object->elements = count;
    return object;
}

static void *whole_make(const redisReadTask *task, long long whole)
{
    redisReply *object = object_make(task, task->privdata, REDIS_REPLY_INTEGER);
    if (object) object->integer = whole;
    return object;
}

static void *nil_make(const redisReadTask *task)
{
    return object_make(task, task->privdata, REDIS_REPLY_NIL);
}

/* All are forgotten together. */
static void nothing_free(void *object)
{
    (void)object;
}

#if HIREDIS_MAJOR >= 1
static void *fraction_refuse(const redisReadTask *task, double value, char *text, size_t length)
{
    (void)task, (void)value, (void)text, (void)length;
    return NULL;
}

static void *switch_refuse(const redisReadTask *task, int value)
{
    (void)task, (void)value;
    return NULL;
}
#endif

void redis_make_new(struct redis_make *make)
{
    *make = (struct redis_make){.calls = {.createString = text_make,
                                          .createArray = array_make,
                                          .createInteger = whole_make,
                                          .createNil = nil_make,
#if HIREDIS_MAJOR >= 1
                                          .createDouble = fraction_refuse,
                                          .createBool = switch_refuse,
#endif
                                          .freeObject = nothing_free}};
    make->kept = aligned_alloc(ALIGNMENT, REDIS_MAKE_KEPT);
    CHECK(make->kept != NULL);
    begin(make, make->kept, REDIS_MAKE_KEPT);
}

void redis_make_free(struct redis_make *make)
{
    redis_make_empty(make);
    free(make->kept);
    *make = (struct redis_make){0};
}

void redis_make_attach(struct redis_make *make, redisReader *reader)
{
    reader->fn = &make->calls;
    reader->privdata = make;
}

void redis_make_empty(struct redis_make *make)
{
    while (make->more) {
        struct redis_make_more *next = make->more->next;
        free(make->more);
        make->more = next;
    }
    begin(make, make->kept, REDIS_MAKE_KEPT);
    make->elements = 0;
}
