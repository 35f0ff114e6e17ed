/* How does an Arrow column of each type look when it is as it should be? */
#ifndef COLUMNS_H
#define COLUMNS_H

#include "counted.h"

enum { ROWS = 4 };

static const char *const PHONES[ROWS] = {"+12025550101", "+12025550102", "+12025550103", "+12025550104"};
static const int64_t INTEGERS[ROWS] = {12025550101, 12025550102, 12025550103, 12025550104};

/* A batch with a column in question: `x` beside a good column `phone`, or `phone` itself. */
struct batch {
  struct heap heap;
  struct counted *schema, *array;     /* the batch */
  struct counted *of, *column;        /* the type and the array of the column in question */
  struct counted *of_values, *values; /* its last child, or its dictionary */
  int is_phone;
};

static inline void column(struct batch *batch, const char *format, struct counted *array) {
  batch->of = make_schema(&batch->heap, format, batch->is_phone ? "phone" : "x");
  batch->column = array;
}

static inline void below(struct batch *batch, const char *format, const char *name, struct counted *array) {
  batch->of_values = make_schema(&batch->heap, format, name);
  batch->values = array;
  add_child(batch->of, batch->of_values);
  add_child(batch->column, batch->values);
}

static inline void int64_column(struct batch *batch) {
  column(batch, "l", make_integers(&batch->heap, INTEGERS, ROWS));
}

static inline void nullable_column(struct batch *batch) {
  const uint8_t validity = 0x0b;
  int64_column(batch);
  set_buffer(batch->column, 0, &validity, 1);
  batch->column->is.array.null_count = 1;
}

static inline void utf8_column(struct batch *batch) {
  column(batch, "u", make_texts(&batch->heap, PHONES, ROWS));
}

static inline void binary_column(struct batch *batch) {
  column(batch, "z", make_texts(&batch->heap, PHONES, ROWS));
}

static inline void large_utf8_column(struct batch *batch) {
  const int64_t offsets[ROWS + 1] = {0, 12, 24, 36, 48};
  column(batch, "U", make_texts(&batch->heap, PHONES, ROWS));
  set_buffer(batch->column, 1, offsets, sizeof offsets);
}

/* Two views with their text in them, two that point into a buffer. */
static inline void view_column(struct batch *batch) {
  struct view {
    int32_t length;
    char prefix[4];
    int32_t buffer, offset;
  } views[ROWS] = {{12, "+120", 0, 0}, {12, "+120", 0, 0}, {15, "+1 2", 0, 0}, {15, "+1 2", 0, 15}};
  const int64_t lengths[1] = {30};
  memcpy((char *)&views[0] + 4, PHONES[0], 12);
  memcpy((char *)&views[1] + 4, PHONES[1], 12);
  column(batch, "vu", make_array(&batch->heap, ROWS, 4));
  set_buffer(batch->column, 1, views, sizeof views);
  set_buffer(batch->column, 2, "+1 202 555 0103+1 202 555 0104", 30);
  set_buffer(batch->column, 3, lengths, sizeof lengths);
}

static inline void dictionary_column(struct batch *batch) {
  const int8_t keys[ROWS] = {0, 1, 1, 0};
  column(batch, "c", make_array(&batch->heap, ROWS, 2));
  set_buffer(batch->column, 1, keys, sizeof keys);
  batch->of_values = make_schema(&batch->heap, "u", NULL);
  batch->values = make_texts(&batch->heap, PHONES, 2);
  set_dictionary(batch->of, batch->of_values);
  set_dictionary(batch->column, batch->values);
}

static inline void run_end_column(struct batch *batch) {
  const int32_t ends[2] = {1, ROWS};
  column(batch, "+r", make_array(&batch->heap, ROWS, 0));
  below(batch, "i", "run_ends", make_array(&batch->heap, 2, 2));
  batch->of_values->is.schema.flags = 0;
  set_buffer(batch->values, 1, ends, sizeof ends);
  below(batch, "u", "values", make_texts(&batch->heap, PHONES, 2));
}

static inline void list_column(struct batch *batch) {
  const int32_t offsets[ROWS + 1] = {0, 1, 1, 2, 4};
  column(batch, "+l", make_array(&batch->heap, ROWS, 2));
  set_buffer(batch->column, 1, offsets, sizeof offsets);
  below(batch, "l", "item", make_integers(&batch->heap, INTEGERS, ROWS));
}

static inline void large_list_column(struct batch *batch) {
  const int64_t offsets[ROWS + 1] = {0, 1, 1, 2, 4};
  column(batch, "+L", make_array(&batch->heap, ROWS, 2));
  set_buffer(batch->column, 1, offsets, sizeof offsets);
  below(batch, "l", "item", make_integers(&batch->heap, INTEGERS, ROWS));
}

static inline void list_view_column(struct batch *batch) {
  const int32_t offsets[ROWS] = {3, 0, 1, 0}, sizes[ROWS] = {1, 2, 2, 0};
  column(batch, "+vl", make_array(&batch->heap, ROWS, 3));
  set_buffer(batch->column, 1, offsets, sizeof offsets);
  set_buffer(batch->column, 2, sizes, sizeof sizes);
  below(batch, "l", "item", make_integers(&batch->heap, INTEGERS, ROWS));
}

static inline void fixed_list_column(struct batch *batch) {
  static const int64_t values[2 * ROWS] = {1, 2, 3, 4, 5, 6, 7, 8};
  column(batch, "+w:2", make_array(&batch->heap, ROWS, 1));
  below(batch, "l", "item", make_integers(&batch->heap, values, (size_t)2 * ROWS));
}

static inline void fixed_binary_column(struct batch *batch) {
  column(batch, "w:12", make_array(&batch->heap, ROWS, 2));
  set_buffer(batch->column, 1, "+12025550101+12025550102+12025550103+12025550104", 48);
}

static inline void struct_column(struct batch *batch) {
  column(batch, "+s", make_array(&batch->heap, ROWS, 1));
  below(batch, "l", "inner", make_integers(&batch->heap, INTEGERS, ROWS));
}

/* Its child is a struct of keys and values. */
static inline void map_column(struct batch *batch) {
  const int32_t offsets[ROWS + 1] = {0, 1, 1, 2, 2};
  column(batch, "+m", make_array(&batch->heap, ROWS, 2));
  set_buffer(batch->column, 1, offsets, sizeof offsets);
  below(batch, "+s", "entries", make_array(&batch->heap, 2, 1));
  struct counted *of_entries = batch->of_values, *entries = batch->values;
  struct counted *of_keys = make_schema(&batch->heap, "u", "key");
  of_entries->is.schema.flags = 0;
  of_keys->is.schema.flags = 0;
  batch->of_values = make_schema(&batch->heap, "l", "value");
  batch->values = make_integers(&batch->heap, INTEGERS, 2);
  add_child(of_entries, of_keys);
  add_child(of_entries, batch->of_values);
  add_child(entries, make_texts(&batch->heap, PHONES, 2));
  add_child(entries, batch->values);
}

static inline void dense_union_column(struct batch *batch) {
  const int8_t ids[ROWS] = {0, 5, 0, 5};
  const int32_t offsets[ROWS] = {0, 0, 1, 1};
  column(batch, "+ud:0,5", make_array(&batch->heap, ROWS, 2));
  set_buffer(batch->column, 0, ids, sizeof ids);
  set_buffer(batch->column, 1, offsets, sizeof offsets);
  below(batch, "u", "text", make_texts(&batch->heap, PHONES, 2));
  below(batch, "l", "integer", make_integers(&batch->heap, INTEGERS, 2));
}

static inline void sparse_union_column(struct batch *batch) {
  const int8_t ids[ROWS] = {0, 5, 0, 5};
  column(batch, "+us:0,5", make_array(&batch->heap, ROWS, 1));
  set_buffer(batch->column, 0, ids, sizeof ids);
  below(batch, "u", "text", make_texts(&batch->heap, PHONES, ROWS));
  below(batch, "l", "integer", make_integers(&batch->heap, INTEGERS, ROWS));
}

static inline void decimal_column(struct batch *batch) {
  static const int64_t halves[2 * ROWS] = {12025550101, 0, 12025550102, 0, 12025550103, 0, 12025550104, 0};
  column(batch, "d:12,0", make_array(&batch->heap, ROWS, 2));
  set_buffer(batch->column, 1, halves, sizeof halves);
}

static inline void bool_column(struct batch *batch) {
  const uint8_t bits = 0x05;
  column(batch, "b", make_array(&batch->heap, ROWS, 2));
  set_buffer(batch->column, 1, &bits, 1);
}

static inline void null_column(struct batch *batch) {
  column(batch, "n", make_array(&batch->heap, ROWS, 0));
  batch->column->is.array.null_count = ROWS;
}

static inline void time_column(struct batch *batch) {
  column(batch, "tsu:UTC", make_integers(&batch->heap, INTEGERS, ROWS));
}

/* A good batch, with a column of this kind. */
static inline void make_batch(struct batch *batch, void (*make)(struct batch *), int is_phone) {
  memset(batch, 0, sizeof *batch);
  batch->is_phone = is_phone;
  batch->schema = make_schema(&batch->heap, "+s", "");
  batch->array = make_array(&batch->heap, ROWS, 1);
  make(batch);
  if (!is_phone) {
    add_child(batch->schema, make_schema(&batch->heap, "u", "phone"));
    add_child(batch->array, make_texts(&batch->heap, PHONES, ROWS));
  }
  add_child(batch->schema, batch->of);
  add_child(batch->array, batch->column);
}

#endif
