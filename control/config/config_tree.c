/* The tree grows from libyaml's events with a stack of the open collections.  In an open mapping,
 * nodes come in pairs: the first of a pair waits in key[] and is hung onto the second.
 *
 * Nodes and texts live in blocks that are freed together; a node never moves. */

#include "control/config/config_tree.h"

#include "control/config/config_text.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define BLOCK_BYTES (64u << 10)

struct config_block {
    struct config_block *next;
    size_t used;
    size_t size;
    _Alignas(16) char memory[];
};

struct reader {
    yaml_parser_t parser;
    struct config_tree *tree;
    struct config_problems *problems;
    const char *text;
    size_t bytes;
    uint32_t documents;
    uint32_t depth;
    struct config_node *open[CONFIG_DEPTH_MAX];
    struct config_node *key[CONFIG_DEPTH_MAX];
};

enum step { STEP_ON, STEP_END, STEP_STOP };

void *config_tree_allocate(struct config_tree *tree, size_t bytes)
{
    size_t wanted = ALIGN_UP(bytes, 16);
    struct config_block *block = tree->blocks;
    if (!block || block->size - block->used < wanted) {
        size_t size = wanted > BLOCK_BYTES ? wanted : BLOCK_BYTES;
        block = calloc(1, sizeof *block + size);
        CHECK(block != NULL);
        block->size = size;
        block->next = tree->blocks;
        tree->blocks = block;
    }
    void *memory = block->memory + block->used;
    block->used += wanted;
    return memory;
}

void config_tree_free(struct config_tree *tree)
{
    while (tree->blocks) {
        struct config_block *next = tree->blocks->next;
        free(tree->blocks);
        tree->blocks = next;
    }
    *tree = (struct config_tree){0};
}

struct config_node *config_tree_add(struct config_tree *tree, enum config_kind kind,
                                    struct config_place place)
{
    struct config_node *node = config_tree_allocate(tree, sizeof *node);
    *node = (struct config_node){.kind = kind, .place = place, .text = ""};
    return node;
}

void config_tree_append(struct config_node *parent, struct config_node *child)
{
    if (parent->last) parent->last->next = child;
    else parent->first = child;
    parent->last = child;
    parent->count++;
}

static struct config_place place_of(yaml_mark_t mark)
{
    return (struct config_place){(uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

static void reader_attach(struct reader *reader, struct config_node *node)
{
    if (reader->depth == 0) {
        reader->tree->root = node;
        return;
    }
    uint32_t top = reader->depth - 1;
    if (reader->open[top]->kind == CONFIG_NODE_MAPPING) {
        if (!reader->key[top]) {
            reader->key[top] = node;
            return;
        }
        node->key = reader->key[top];
        reader->key[top] = NULL;
    }
    config_tree_append(reader->open[top], node);
}

static struct config_node *reader_add(struct reader *reader, enum config_kind kind,
                                      const yaml_event_t *event)
{
    struct config_node *node = config_tree_add(reader->tree, kind, place_of(event->start_mark));
    node->given = true;
    reader->tree->nodes++;
    reader_attach(reader, node);
    return node;
}

/* Anchors and tags belong to the node that follows them; both are refused once, here. */
static void reader_refuse(struct reader *reader, const yaml_event_t *event,
                          const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor) {
        const char *name = (const char *)anchor;
        config_problems_add(reader->problems, place_of(event->start_mark),
                            "the anchor &%s: anchors and aliases are not used here, write the "
                            "value where it belongs",
                            config_shown(name, strlen(name)).text);
    }
    if (tag) {
        const char *name = (const char *)tag;
        config_problems_add(reader->problems, place_of(event->start_mark),
                            "the tag %s: tags are not used here, every key knows its type",
                            config_shown(name, strlen(name)).text);
    }
}

static enum step reader_open(struct reader *reader, enum config_kind kind,
                             const yaml_event_t *event)
{
    if (reader->depth == CONFIG_DEPTH_MAX) {
        config_problems_add(reader->problems, place_of(event->start_mark),
                            "nested deeper than %d levels", CONFIG_DEPTH_MAX);
        return STEP_STOP;
    }
    struct config_node *node = reader_add(reader, kind, event);
    reader->open[reader->depth] = node;
    reader->key[reader->depth] = NULL;
    reader->depth++;
    return STEP_ON;
}

static void reader_scalar(struct reader *reader, const yaml_event_t *event)
{
    struct config_node *node = reader_add(reader, CONFIG_NODE_SCALAR, event);
    size_t bytes = event->data.scalar.length;
    char *text = config_tree_allocate(reader->tree, bytes + 1);
    memcpy(text, event->data.scalar.value, bytes);
    node->text = text;
    node->bytes = (uint32_t)bytes;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    reader_refuse(reader, event, event->data.scalar.anchor, event->data.scalar.tag);
}

static enum step reader_document(struct reader *reader, const yaml_event_t *event)
{
    if (++reader->documents == 1) return STEP_ON;
    config_problems_add(reader->problems, place_of(event->start_mark),
                        "a second document begins here: a configuration is one document");
    return STEP_END;
}

static enum step reader_take(struct reader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT: return STEP_ON;
    case YAML_STREAM_END_EVENT: return STEP_END;
    case YAML_DOCUMENT_START_EVENT: return reader_document(reader, event);
    case YAML_ALIAS_EVENT: {
        const char *name = (const char *)event->data.alias.anchor;
        reader_add(reader, CONFIG_NODE_REFUSED, event);
        config_problems_add(reader->problems, place_of(event->start_mark),
                            "the alias *%s: anchors and aliases are not used here, write the "
                            "value where it belongs",
                            config_shown(name, strlen(name)).text);
        return STEP_ON;
    }
    case YAML_SCALAR_EVENT: reader_scalar(reader, event); return STEP_ON;
    case YAML_SEQUENCE_START_EVENT:
        reader_refuse(reader, event, event->data.sequence_start.anchor,
                      event->data.sequence_start.tag);
        return reader_open(reader, CONFIG_NODE_SEQUENCE, event);
    case YAML_MAPPING_START_EVENT:
        reader_refuse(reader, event, event->data.mapping_start.anchor,
                      event->data.mapping_start.tag);
        return reader_open(reader, CONFIG_NODE_MAPPING, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: reader->depth--; return STEP_ON;
    }
    UNREACHABLE("libyaml has no other events");
}

/* What libyaml calls "cannot start any token" is, nine times in ten, a tab. */
static void reader_syntax(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    CHECK(parser->error != YAML_MEMORY_ERROR);
    struct config_place place = place_of(parser->problem_mark);
    const char *problem = parser->problem ? parser->problem : "unreadable";
    if (config_text_at(reader->text, reader->bytes, place) == '\t')
        config_problems_add(reader->problems, place,
                            "not YAML: a tab cannot indent or separate here, use spaces");
    else if (parser->context)
        config_problems_add(reader->problems, place, "not YAML: %s %s that begins in line %zu",
                            problem, parser->context, parser->context_mark.line + 1);
    else config_problems_add(reader->problems, place, "not YAML: %s", problem);
}

bool config_tree_read(struct config_tree *tree, const char *text, size_t bytes,
                      struct config_problems *problems)
{
    *tree = (struct config_tree){0};
    struct reader reader = {.tree = tree, .problems = problems, .text = text, .bytes = bytes};
    CHECK(yaml_parser_initialize(&reader.parser) == 1);
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, bytes);

    enum step step = STEP_ON;
    while (step == STEP_ON) {
        yaml_event_t event;
        if (!yaml_parser_parse(&reader.parser, &event)) {
            reader_syntax(&reader);
            step = STEP_STOP;
            break;
        }
        step = reader_take(&reader, &event);
        if (tree->nodes > CONFIG_NODES_MAX) {
            config_problems_add(problems, place_of(event.start_mark),
                                "more than %u values: this is no configuration", CONFIG_NODES_MAX);
            step = STEP_STOP;
        }
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&reader.parser);
    return step == STEP_END;
}
