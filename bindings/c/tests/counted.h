/* How often is each Arrow structure released?
 *
 * A heap makes structures and buffers, each of exactly its size so that valgrind sees who reads beyond; it
 * frees them all at its end. The release callbacks only count. A structure releases its children by the
 * list that it was made with, so that everything else of it may be spoiled. */
#ifndef COUNTED_H
#define COUNTED_H

#include "test.h"

#include <stdlib.h>

/* The most children that one structure is made with, and batches that a stream gives. */
enum { MOST_CHILDREN = 4 };

enum what { SCHEMA, ARRAY, STREAM };

/* One structure of the heap. The part in the union is what others see of it. */
struct counted {
  union {
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowArrayStream stream;
  } is;
  struct heap *heap;
  enum what what;
  unsigned releases, expected;
  struct counted *children[MOST_CHILDREN + 1]; /* and the dictionary */
  size_t count;
  struct counted *next;    /* of the heap */
  struct counted *waiting; /* to be released */
  /* Of a stream: */
  struct counted *given_schema, *given_arrays[MOST_CHILDREN];
  size_t given;
  int fails;        /* what get_next returns behind the arrays */
  const char *says; /* what get_last_error returns */
};

struct block {
  struct block *next;
  void *memory;
};

struct heap {
  struct block *blocks;
  struct counted *all;
};

/* Memory of exactly this size, with this content or zeros. */
static inline void *heap_bytes(struct heap *heap, const void *content, size_t size) {
  struct block *block = malloc(sizeof *block);
  void *memory = calloc(1, size == 0 ? 1 : size);
  if (block == NULL || memory == NULL) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  if (content != NULL) {
    memcpy(memory, content, size);
  }
  *block = (struct block){heap->blocks, memory};
  heap->blocks = block;
  return memory;
}

static inline char *heap_text(struct heap *heap, const char *text) {
  return text == NULL ? NULL : heap_bytes(heap, text, strlen(text) + 1);
}

static inline struct counted *heap_structure(struct heap *heap, enum what what) {
  struct counted *made = heap_bytes(heap, NULL, sizeof *made);
  made->heap = heap;
  made->what = what;
  made->expected = 1;
  made->next = heap->all;
  heap->all = made;
  return made;
}

static inline int is_released(const struct counted *one) {
  return one->what == SCHEMA  ? one->is.schema.release == NULL
         : one->what == ARRAY ? one->is.array.release == NULL
                              : one->is.stream.release == NULL;
}

static inline void mark_released(struct counted *one) {
  if (one->what == SCHEMA) {
    one->is.schema.release = NULL;
  } else if (one->what == ARRAY) {
    one->is.array.release = NULL;
  } else {
    one->is.stream.release = NULL;
  }
}

/* Counts it and everything below it, without recursion: it may be deep. */
static inline void count_release(struct counted *top) {
  struct counted *waiting = top;
  top->waiting = NULL;
  while (waiting != NULL) {
    struct counted *one = waiting;
    waiting = one->waiting;
    one->releases++;
    for (size_t at = 0; at < one->count; at++) {
      struct counted *child = one->children[at];
      if (!is_released(child)) {
        mark_released(child);
        child->waiting = waiting;
        waiting = child;
      }
    }
  }
}

/* What is released may have been moved: what it was made as is behind private_data. */
static inline void release_counted_schema(struct ArrowSchema *schema) {
  count_release(schema->private_data);
  schema->release = NULL;
}

static inline void release_counted_array(struct ArrowArray *array) {
  count_release(array->private_data);
  array->release = NULL;
}

static inline struct counted *make_schema(struct heap *heap, const char *format, const char *name) {
  struct counted *made = heap_structure(heap, SCHEMA);
  made->is.schema.format = heap_text(heap, format);
  made->is.schema.name = heap_text(heap, name);
  made->is.schema.flags = ARROW_FLAG_NULLABLE;
  made->is.schema.release = release_counted_schema;
  made->is.schema.private_data = made;
  return made;
}

static inline struct counted *make_array(struct heap *heap, int64_t length, int64_t n_buffers) {
  struct counted *made = heap_structure(heap, ARRAY);
  made->is.array.length = length;
  made->is.array.n_buffers = n_buffers;
  made->is.array.buffers = n_buffers == 0 ? NULL : heap_bytes(heap, NULL, (size_t)n_buffers * sizeof(void *));
  made->is.array.release = release_counted_array;
  made->is.array.private_data = made;
  return made;
}

/* Puts a child behind the others. */
static inline void add_child(struct counted *parent, struct counted *child) {
  size_t count = parent->count++;
  void **pointers = heap_bytes(parent->heap, NULL, (count + 1) * sizeof(void *));
  parent->children[count] = child;
  for (size_t at = 0; at <= count; at++) {
    pointers[at] = &parent->children[at]->is;
  }
  if (parent->what == SCHEMA) {
    parent->is.schema.children = (struct ArrowSchema **)(void *)pointers;
    parent->is.schema.n_children = (int64_t)count + 1;
  } else {
    parent->is.array.children = (struct ArrowArray **)(void *)pointers;
    parent->is.array.n_children = (int64_t)count + 1;
  }
}

static inline void set_dictionary(struct counted *parent, struct counted *values) {
  parent->children[parent->count++] = values;
  if (parent->what == SCHEMA) {
    parent->is.schema.dictionary = &values->is.schema;
  } else {
    parent->is.array.dictionary = &values->is.array;
  }
}

static inline void *set_buffer(struct counted *array, size_t at, const void *content, size_t size) {
  void *memory = heap_bytes(array->heap, content, size);
  array->is.array.buffers[at] = memory;
  return memory;
}

/* A column of texts, without nulls. */
static inline struct counted *make_texts(struct heap *heap, const char *const *texts, size_t count) {
  struct counted *made = make_array(heap, (int64_t)count, 3);
  size_t size = 0;
  for (size_t at = 0; at < count; at++) {
    size += strlen(texts[at]);
  }
  int32_t *offsets = set_buffer(made, 1, NULL, (count + 1) * sizeof *offsets);
  char *bytes = set_buffer(made, 2, NULL, size);
  for (size_t at = 0; at < count; at++) {
    size_t length = strlen(texts[at]);
    memcpy(bytes + offsets[at], texts[at], length);
    offsets[at + 1] = offsets[at] + (int32_t)length;
  }
  return made;
}

static inline struct counted *make_integers(struct heap *heap, const int64_t *values, size_t count) {
  struct counted *made = make_array(heap, (int64_t)count, 2);
  set_buffer(made, 1, values, count * sizeof *values);
  return made;
}

/* -- Streams: give what they were made with ------------------------------------------------------- */

static inline int get_counted_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  struct counted *made = stream->private_data;
  if (made->given_schema == NULL) {
    return 5; /* EIO */
  }
  *out = made->given_schema->is.schema;
  mark_released(made->given_schema);
  return 0;
}

static inline int get_counted_array(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  struct counted *made = stream->private_data;
  struct counted *next = made->given < MOST_CHILDREN ? made->given_arrays[made->given] : NULL;
  *out = (struct ArrowArray){.release = NULL};
  if (next == NULL) {
    return made->fails;
  }
  made->given++;
  *out = next->is.array;
  mark_released(next);
  return 0;
}

static inline const char *get_counted_error(struct ArrowArrayStream *stream) {
  return ((struct counted *)stream->private_data)->says;
}

static inline void release_counted_stream(struct ArrowArrayStream *stream) {
  ((struct counted *)stream->private_data)->releases++;
  stream->release = NULL;
}

static inline struct counted *make_stream(struct heap *heap, struct counted *schema, struct counted *array) {
  struct counted *made = heap_structure(heap, STREAM);
  made->given_schema = schema;
  made->given_arrays[0] = array;
  made->is.stream.get_schema = get_counted_schema;
  made->is.stream.get_next = get_counted_array;
  made->is.stream.get_last_error = get_counted_error;
  made->is.stream.release = release_counted_stream;
  made->is.stream.private_data = made;
  return made;
}

/* -- The end ------------------------------------------------------------------------------------- */

/* Nobody gets it, nor what it is in: it is not released, unless it is already. */
static inline void expect_kept(struct counted *one) {
  if (is_released(one)) {
    return;
  }
  one->expected = 0;
  for (size_t at = 0; at < one->count; at++) {
    expect_kept(one->children[at]);
  }
}

static inline void heap_free(struct heap *heap) {
  while (heap->blocks != NULL) {
    struct block *block = heap->blocks;
    heap->blocks = block->next;
    free(block->memory);
    free(block);
  }
  heap->all = NULL;
}

/* Checks that everything was released as often as expected, once unless told otherwise, and frees all. */
static inline void heap_end(struct heap *heap, const char *what) {
  static const char *const names[] = {"schema", "array", "stream"};
  for (const struct counted *one = heap->all; one != NULL; one = one->next) {
    if (!EXPECT(one->releases == one->expected, "%s: %s released %u times instead of %u", what, names[one->what],
                one->releases, one->expected)) {
      break; /* those that belong to it are as wrong */
    }
  }
  heap_free(heap);
}

#endif
