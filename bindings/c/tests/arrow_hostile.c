/* What becomes of Arrow structures that are not as they should be?
 *
 * An error, whatever is wrong with them as long as their pointers lead somewhere; and each is released
 * once. Every kind of column is first given as it should be, and has to be taken: so what is refused later
 * is refused for what is wrong with it. Each case goes through every door. */
#include "doors.h"

enum { DEPTH = 10000 };

static unsigned cases;

static int can_be_phone(void (*make)(struct batch *)) {
  void (*const makers[])(struct batch *) = {int64_column,      nullable_column, utf8_column,    binary_column,
                                            large_utf8_column, view_column,     dictionary_column, run_end_column,
                                            fixed_binary_column, decimal_column, null_column};
  for (size_t at = 0; at < sizeof makers / sizeof makers[0]; at++) {
    if (makers[at] == make) {
      return 1;
    }
  }
  return 0;
}

/* A batch with a column of this kind, which a statement spoils; at each door. `most` is 1 for a statement that
   is about a column of any name, 0 for one that counts on two columns. */
#define CASE_(most, kind, outcome, ...)                                                            \
  do {                                                                                             \
    cases++;                                                                                       \
    for (int as_phone = 0; as_phone <= ((most) && can_be_phone(kind##_column)); as_phone++) {      \
      for (enum door door = BATCH; door < DOORS; door++) {                                         \
        struct batch made, *batch = &made;                                                         \
        make_batch(batch, kind##_column, as_phone);                                                \
        __VA_ARGS__;                                                                               \
        finish(batch, door, outcome, #kind ": " #__VA_ARGS__, __LINE__);                           \
      }                                                                                            \
    }                                                                                              \
  } while (0)
#define GOOD(kind) CASE_(1, kind, TAKEN, (void)0)
#define BAD(kind, ...) CASE_(1, kind, REFUSED, __VA_ARGS__)
#define ODD(kind, ...) CASE_(1, kind, EITHER, __VA_ARGS__)
#define BAD_TOP(kind, ...) CASE_(0, kind, REFUSED, __VA_ARGS__)

/* The parts that are spoiled: of the column, of what is below it, of the batch. */
#define TYPE (batch->of->is.schema)
#define DATA (batch->column->is.array)
#define TYPE_BELOW (batch->of_values->is.schema)
#define DATA_BELOW (batch->values->is.array)
#define TOP_TYPE (batch->schema->is.schema)
#define TOP_DATA (batch->array->is.array)
#define FIRST_TYPE (batch->of->children[0]->is.schema)
#define FIRST_DATA (batch->column->children[0]->is.array)
#define INT32_AT(buffer, at) (((int32_t *)DATA.buffers[buffer])[at])
#define INT64_AT(buffer, at) (((int64_t *)DATA.buffers[buffer])[at])
#define INT8_AT(buffer, at) (((int8_t *)DATA.buffers[buffer])[at])
/* A word of the third view, which points into a buffer. */
#define VIEW_LENGTH INT32_AT(1, 8)
#define VIEW_PREFIX INT32_AT(1, 9)
#define VIEW_BUFFER INT32_AT(1, 10)
#define VIEW_OFFSET INT32_AT(1, 11)
#define RUN_END(at) (((int32_t *)FIRST_DATA.buffers[1])[at])

/* -- Released, NULL, and how many ---------------------------------------------------------------- */

/* It is released already: nobody may release it again. */
static void release_before(struct counted *one) {
  count_release(one);
  mark_released(one);
}

static void set_children(struct batch *batch, int64_t of_schema, int64_t of_array) {
  TOP_TYPE.n_children = of_schema;
  TOP_DATA.n_children = of_array;
}

static void *two_nulls(struct batch *batch) { return heap_bytes(&batch->heap, NULL, 2 * sizeof(void *)); }

static void good_ones(void) {
  GOOD(int64);
  GOOD(nullable);
  GOOD(utf8);
  GOOD(binary);
  GOOD(large_utf8);
  GOOD(view);
  GOOD(dictionary);
  GOOD(run_end);
  GOOD(list);
  GOOD(large_list);
  GOOD(list_view);
  GOOD(fixed_list);
  GOOD(fixed_binary);
  GOOD(struct);
  GOOD(map);
  GOOD(dense_union);
  GOOD(sparse_union);
  GOOD(decimal);
  GOOD(bool);
  GOOD(null);
  GOOD(time);
}

static void released_or_missing(void) {
  BAD(int64, release_before(batch->schema));
  BAD(int64, release_before(batch->array));
  BAD(int64, release_before(batch->schema), release_before(batch->array));
  BAD(int64, release_before(batch->of));
  BAD(int64, release_before(batch->column));
  BAD(list, release_before(batch->of_values));
  BAD(list, release_before(batch->values));
  BAD(dictionary, release_before(batch->of_values));
  BAD(dictionary, release_before(batch->values));
  BAD_TOP(int64, set_children(batch, -1, 2));
  BAD_TOP(int64, set_children(batch, 2, -1));
  BAD_TOP(int64, set_children(batch, -1, -1));
  BAD_TOP(int64, set_children(batch, 1, 2));
  BAD_TOP(int64, set_children(batch, 2, 1));
  /* The schema says how many there are, so no pointer beyond those is to be followed. */
  BAD_TOP(int64, set_children(batch, 2, 3));
  BAD_TOP(int64, set_children(batch, 2, 0));
  BAD_TOP(int64, set_children(batch, INT64_MAX, 2));
  BAD_TOP(int64, set_children(batch, 2, INT64_MAX));
  BAD_TOP(int64, set_children(batch, INT64_MIN, INT64_MIN));
  BAD_TOP(int64, set_children(batch, 1LL << 40, 1LL << 40));
  BAD(int64, TOP_TYPE.children = NULL);
  BAD(int64, TOP_DATA.children = NULL);
  BAD(int64, TOP_TYPE.children = two_nulls(batch));
  BAD(int64, TOP_DATA.children = two_nulls(batch));
  BAD(list, TYPE.n_children = 0);
  BAD(list, DATA.n_children = 0);
  BAD(list, TYPE.children = NULL);
  BAD(list, DATA.children = NULL);
  BAD(int64, add_child(batch->of, make_schema(&batch->heap, "l", "no")));
  BAD(int64, add_child(batch->column, make_integers(&batch->heap, INTEGERS, ROWS)));
}

static void not_aligned(void) {
  BAD(int64, DATA.buffers = misaligned(batch, DATA.buffers, 2 * sizeof(void *)));
  BAD_TOP(int64, TOP_DATA.children = misaligned(batch, TOP_DATA.children, 2 * sizeof(void *)));
  BAD_TOP(int64, TOP_TYPE.children = misaligned(batch, TOP_TYPE.children, 2 * sizeof(void *)));
  BAD(int64, TOP_DATA.children[0] = misaligned(batch, TOP_DATA.children[0], sizeof(struct ArrowArray)));
  BAD(int64, TOP_TYPE.children[0] = misaligned(batch, TOP_TYPE.children[0], sizeof(struct ArrowSchema)));
  BAD(dictionary, DATA.dictionary = misaligned(batch, DATA.dictionary, sizeof(struct ArrowArray)));
  BAD(dictionary, TYPE.dictionary = misaligned(batch, TYPE.dictionary, sizeof(struct ArrowSchema)));
  /* Buffers may be anywhere, by the interface; aligning them is up to who reads them. */
  ODD(int64, DATA.buffers[1] = misaligned(batch, INTEGERS, sizeof INTEGERS));
  ODD(utf8, DATA.buffers[1] = misaligned(batch, DATA.buffers[1], (ROWS + 1) * sizeof(int32_t)));
  ODD(large_utf8, DATA.buffers[1] = misaligned(batch, DATA.buffers[1], (ROWS + 1) * sizeof(int64_t)));
  ODD(view, DATA.buffers[1] = misaligned(batch, DATA.buffers[1], (size_t)ROWS * 16));
  ODD(view, DATA.buffers[3] = misaligned(batch, DATA.buffers[3], sizeof(int64_t)));
  ODD(list, DATA.buffers[1] = misaligned(batch, DATA.buffers[1], (ROWS + 1) * sizeof(int32_t)));
  ODD(dense_union, DATA.buffers[1] = misaligned(batch, DATA.buffers[1], ROWS * sizeof(int32_t)));
  ODD(decimal, DATA.buffers[1] = misaligned(batch, DATA.buffers[1], (size_t)ROWS * 16));
  ODD(run_end, FIRST_DATA.buffers[1] = misaligned(batch, FIRST_DATA.buffers[1], 2 * sizeof(int32_t)));
}

/* -- Types ---------------------------------------------------------------------------------------- */

static void set_format(struct batch *batch, const char *format) {
  TYPE.format = heap_text(&batch->heap, format);
}

/* Metadata as it stands in memory: a count, lengths of 32 bits, and bytes. */
static void set_metadata(struct batch *batch, int32_t count, int32_t key, int32_t value, const char *text) {
  char bytes[16] = {0};
  memcpy(bytes, &count, 4);
  memcpy(bytes + 4, &key, 4);
  memcpy(bytes + 8, text, 2);
  memcpy(bytes + 10, &value, 4);
  memcpy(bytes + 14, "cd", 2);
  TYPE.metadata = heap_bytes(&batch->heap, bytes, sizeof bytes);
}

static void set_offsets(struct batch *batch, int32_t a, int32_t b, int32_t c, int32_t d, int32_t e) {
  const int32_t offsets[ROWS + 1] = {a, b, c, d, e};
  set_buffer(batch->column, 1, offsets, sizeof offsets);
}

/* Lists of lists, so many levels of them, and of integers at the bottom. */
static void nest_lists(struct batch *batch, size_t levels) {
  struct counted *of = batch->of, *array = batch->column;
  const int32_t offsets[2] = {0, 1};
  set_offsets(batch, 0, 1, 1, 1, 1);
  /* What was below before is not given to anybody. */
  expect_kept(batch->of_values);
  expect_kept(batch->values);
  of->count = array->count = 0;
  for (size_t level = 1; level <= levels; level++) {
    int is_last = level == levels;
    struct counted *inner_of = make_schema(&batch->heap, is_last ? "l" : "+l", "item");
    struct counted *inner = make_array(&batch->heap, 1, 2);
    set_buffer(inner, 1, is_last ? (const void *)INTEGERS : offsets, 8);
    add_child(of, inner_of);
    add_child(array, inner);
    of = inner_of;
    array = inner;
  }
}

/* A type that is its own child. */
static void make_cycle(struct batch *batch) {
  TYPE_BELOW.format = TYPE.format;
  TYPE_BELOW.n_children = 1;
  TYPE_BELOW.children = TYPE.children;
}

static void formats(void) {
  BAD(int64, TYPE.format = NULL);
  BAD(int64, set_format(batch, ""));
  BAD(int64, set_format(batch, "?"));
  BAD(int64, set_format(batch, "+"));
  BAD(int64, set_format(batch, "+?"));
  BAD(int64, set_format(batch, "long"));
  BAD(int64, set_format(batch, "\xff\xfe"));
  BAD(int64, TYPE.format = endless(batch, 'l'));
  BAD(fixed_list, set_format(batch, "+w:-2"));
  BAD(fixed_list, set_format(batch, "+w:"));
  BAD(fixed_list, set_format(batch, "+w:99999999999999999999"));
  BAD(fixed_list, set_format(batch, "+w:2147483647"));
  BAD(fixed_binary, set_format(batch, "w:-12"));
  BAD(fixed_binary, set_format(batch, "w:x"));
  BAD(fixed_binary, set_format(batch, "w:"));
  BAD(decimal, set_format(batch, "d:0,0"));
  BAD(decimal, set_format(batch, "d:39,0"));
  BAD(decimal, set_format(batch, "d:-1,0"));
  BAD(decimal, set_format(batch, "d:300,0"));
  BAD(decimal, set_format(batch, "d:12,0,77"));
  BAD(decimal, set_format(batch, "d:12,0,0"));
  BAD(decimal, set_format(batch, "d:"));
  ODD(decimal, set_format(batch, "d:12,99"));
  ODD(decimal, set_format(batch, "d:5,0"));
  BAD(time, set_format(batch, "ts"));
  BAD(time, set_format(batch, "tsx:UTC"));
  BAD(dense_union, set_format(batch, "+ud:0"));
  BAD(dense_union, set_format(batch, "+ud:"));
  BAD(dense_union, set_format(batch, "+ud:0,0"));
  BAD(dense_union, set_format(batch, "+ud:0,300"));
  BAD(dense_union, set_format(batch, "+ud:-1,5"));
  BAD(dense_union, set_format(batch, "+ud:0,5,6"));
  BAD(run_end, FIRST_TYPE.format = "u");
  BAD(run_end, FIRST_TYPE.format = "I");
  BAD(map, FIRST_TYPE.format = "l");
  BAD(dictionary, set_format(batch, "g"));
  BAD(dictionary, set_format(batch, "u"));
  BAD(int64, TOP_TYPE.format = "l");
  BAD(int64, TOP_TYPE.format = "+l");
  BAD(int64, TOP_TYPE.format = "+us:0,5");
}

static void names_and_metadata(void) {
  CASE_(1, int64, TAKEN, set_metadata(batch, 1, 2, 2, "ab"));
  BAD(int64, TYPE.name = "phone\xff");
  ODD(int64, TYPE.name = endless(batch, 'n'));
  BAD(int64, set_metadata(batch, -1, 2, 2, "ab"));
  BAD(int64, set_metadata(batch, INT32_MAX, 2, 2, "ab"));
  BAD(int64, set_metadata(batch, INT32_MIN, 2, 2, "ab"));
  BAD(int64, set_metadata(batch, 1, -2, 2, "ab"));
  BAD(int64, set_metadata(batch, 1, INT32_MAX, 2, "ab"));
  BAD(int64, set_metadata(batch, 1, INT32_MIN, 2, "ab"));
  BAD(int64, set_metadata(batch, 1, 2, -2, "ab"));
  BAD(int64, set_metadata(batch, 1, 2, INT32_MAX, "ab"));
  BAD(int64, set_metadata(batch, 1, 2, 2, "\xff\xff"));
}

static void depths(void) {
  CASE_(1, list, TAKEN, nest_lists(batch, 10));
  BAD(list, nest_lists(batch, DEPTH));
  BAD(list, make_cycle(batch));
}

/* -- Dictionaries and buffers ---------------------------------------------------------------------- */

static void dictionaries(void) {
  BAD(dictionary, DATA.dictionary = NULL);
  BAD(dictionary, TYPE.dictionary = NULL);
  BAD(dictionary, INT8_AT(1, 2) = 2);
  BAD(dictionary, INT8_AT(1, 0) = 127);
  BAD(dictionary, INT8_AT(1, 3) = -1);
  BAD(dictionary, DATA_BELOW.length = 1);
  BAD(dictionary, DATA_BELOW.length = 0);
  BAD(dictionary, DATA_BELOW.length = -1);
  BAD(dictionary, memset((char *)DATA_BELOW.buffers[2], 0xff, 24));
  BAD(int64, set_dictionary(batch->column, make_texts(&batch->heap, PHONES, 2)));
  BAD(int64, set_dictionary(batch->of, make_schema(&batch->heap, "u", NULL)));
}

static void buffers(void) {
  BAD(int64, DATA.buffers = NULL);
  BAD(utf8, DATA.buffers = NULL);
  BAD(int64, DATA.buffers[1] = NULL);
  BAD(utf8, DATA.buffers[1] = NULL);
  BAD(utf8, DATA.buffers[2] = NULL);
  BAD(large_utf8, DATA.buffers[1] = NULL);
  BAD(large_utf8, DATA.buffers[2] = NULL);
  BAD(view, DATA.buffers[1] = NULL);
  BAD(view, DATA.buffers[2] = NULL);
  BAD(view, DATA.buffers[3] = NULL);
  BAD(dictionary, DATA.buffers[1] = NULL);
  BAD(list, DATA.buffers[1] = NULL);
  BAD(list_view, DATA.buffers[1] = NULL);
  BAD(list_view, DATA.buffers[2] = NULL);
  BAD(map, DATA.buffers[1] = NULL);
  BAD(dense_union, DATA.buffers[0] = NULL);
  BAD(dense_union, DATA.buffers[1] = NULL);
  BAD(sparse_union, DATA.buffers[0] = NULL);
  BAD(bool, DATA.buffers[1] = NULL);
  BAD(fixed_binary, DATA.buffers[1] = NULL);
  BAD(decimal, DATA.buffers[1] = NULL);
  BAD(run_end, FIRST_DATA.buffers[1] = NULL);
  BAD(int64, DATA.n_buffers = 0);
  BAD(int64, DATA.n_buffers = 1);
  BAD(int64, DATA.n_buffers = 3);
  BAD(int64, DATA.n_buffers = -1);
  BAD(int64, DATA.n_buffers = INT64_MIN);
  BAD(int64, DATA.n_buffers = 1LL << 40);
  BAD(int64, DATA.n_buffers = INT64_MAX);
  BAD(utf8, DATA.n_buffers = 2);
  BAD(view, DATA.n_buffers = 2);
  BAD(view, DATA.n_buffers = INT64_MAX);
  ODD(null, DATA.n_buffers = 1);
  BAD(int64, TOP_DATA.n_buffers = 0);
  BAD(int64, TOP_DATA.n_buffers = -7);
  BAD(int64, TOP_DATA.buffers = NULL);
}

/* -- Lengths, offsets, nulls ------------------------------------------------------------------------ */

static void lengths(void) {
  BAD(int64, DATA.length = -1);
  BAD(int64, DATA.length = INT64_MIN);
  BAD(int64, DATA.length = INT64_MAX);
  BAD(int64, DATA.length = 1LL << 60);
  BAD(int64, DATA.length = ROWS - 1);
  BAD(int64, DATA.offset = -1);
  BAD(int64, DATA.offset = INT64_MIN);
  BAD(int64, DATA.offset = INT64_MAX);
  BAD(int64, DATA.offset = INT64_MAX, DATA.length = INT64_MAX);
  BAD(int64, TOP_DATA.length = -1);
  BAD(int64, TOP_DATA.length = INT64_MAX);
  BAD(int64, TOP_DATA.length = ROWS + 1);
  BAD(int64, TOP_DATA.offset = -1);
  BAD(int64, TOP_DATA.offset = 1);
  BAD(int64, TOP_DATA.offset = INT64_MAX);
  BAD(utf8, DATA.length = INT64_MAX);
  BAD(utf8, DATA.offset = INT64_MAX);
  BAD(large_utf8, DATA.length = INT64_MAX / 8);
  BAD(view, DATA.length = INT64_MAX);
  BAD(view, DATA.offset = INT64_MAX - ROWS);
  BAD(bool, DATA.length = INT64_MAX);
  BAD(decimal, DATA.length = INT64_MAX / 8);
  BAD(dictionary, DATA.length = INT64_MAX);
  BAD(list, DATA.length = INT64_MAX);
  BAD(list, DATA.offset = INT64_MAX);
  BAD(fixed_list, DATA.length = INT64_MAX);
  BAD(fixed_list, DATA.offset = INT64_MAX / 2);
  BAD(fixed_binary, DATA.length = INT64_MAX / 2);
  BAD(dense_union, DATA.length = INT64_MAX);
  BAD(run_end, DATA.length = INT64_MAX);
  BAD(run_end, DATA.offset = INT64_MAX);
  ODD(null, DATA.length = INT64_MAX);
}

static void nulls(void) {
  CASE_(1, int64, TAKEN, DATA.null_count = -1);
  CASE_(1, nullable, TAKEN, DATA.null_count = -1);
  BAD(nullable, DATA.null_count = ROWS + 1);
  BAD(nullable, DATA.null_count = INT64_MAX);
  BAD(nullable, DATA.null_count = -2);
  BAD(nullable, DATA.null_count = INT64_MIN);
  BAD(nullable, DATA.buffers[0] = NULL);
  BAD(int64, DATA.null_count = 1);
  BAD(utf8, DATA.null_count = 1);
  BAD(list, DATA.null_count = 1);
  BAD(int64, set_buffer(batch->array, 0, "\x0e", 1), TOP_DATA.null_count = 1);
  BAD(int64, set_buffer(batch->array, 0, "\x0e", 1), TOP_DATA.null_count = -1);
}

/* -- Data ------------------------------------------------------------------------------------------- */

static void set_large_offsets(struct batch *batch, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e) {
  const int64_t offsets[ROWS + 1] = {a, b, c, d, e};
  set_buffer(batch->column, 1, offsets, sizeof offsets);
}

#define LAST_TWO "+12025550103+12025550104"

static void texts(void) {
  BAD(utf8, set_offsets(batch, 0, 24, 12, 36, 48));
  BAD(utf8, set_offsets(batch, 48, 36, 24, 12, 0));
  BAD(utf8, set_offsets(batch, 0, 12, -1, 36, 48));
  BAD(utf8, set_offsets(batch, -12, 0, 12, 24, 36));
  BAD(utf8, set_offsets(batch, 0, 12, 24, 36, -1));
  BAD(utf8, set_offsets(batch, 0, 12, 24, INT32_MAX, 48));
  BAD(utf8, set_offsets(batch, INT32_MAX, 12, 24, 36, 48));
  BAD(utf8, set_offsets(batch, INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN));
  BAD(binary, set_offsets(batch, 0, 24, 12, 36, 48));
  BAD(large_utf8, set_large_offsets(batch, 0, 24, 12, 36, 48));
  BAD(large_utf8, set_large_offsets(batch, 0, 12, -1, 36, 48));
  BAD(large_utf8, set_large_offsets(batch, -12, 0, 12, 24, 36));
  BAD(large_utf8, set_large_offsets(batch, 0, 12, 24, 36, INT64_MAX));
  BAD(large_utf8, set_large_offsets(batch, 0, 12, 24, INT64_MAX, 48));
  BAD(large_utf8, set_large_offsets(batch, INT64_MIN, 12, 24, 36, 48));
  BAD(utf8, set_buffer(batch->column, 2, "+1202555010\xff+12025550102" LAST_TWO, 48));
  BAD(large_utf8, set_buffer(batch->column, 2, "+1202555010\xff+12025550102" LAST_TWO, 48));
  /* A character that begins in one text and ends in the next. */
  BAD(utf8, set_buffer(batch->column, 2, "+1202555010\xc3\xa4" "12025550102" LAST_TWO, 48));
  CASE_(1, binary, TAKEN, set_buffer(batch->column, 2, "+1202555010\xff+12025550102" LAST_TWO, 48));
}

static void views(void) {
  BAD(view, VIEW_BUFFER = 1);
  BAD(view, VIEW_BUFFER = -1);
  BAD(view, VIEW_BUFFER = INT32_MAX);
  BAD(view, VIEW_LENGTH = -15);
  BAD(view, VIEW_LENGTH = INT32_MIN);
  BAD(view, VIEW_LENGTH = INT32_MAX);
  BAD(view, VIEW_LENGTH = 31);
  BAD(view, VIEW_OFFSET = 16);
  BAD(view, VIEW_OFFSET = -1);
  BAD(view, VIEW_OFFSET = INT32_MAX);
  BAD(view, VIEW_PREFIX = 0);
  BAD(view, memset((char *)DATA.buffers[1] + 4, 0xff, 12));
  BAD(view, memset((char *)DATA.buffers[2], 0xff, 30));
  BAD(view, INT64_AT(3, 0) = -1);
  BAD(view, INT64_AT(3, 0) = 29);
  BAD(view, INT64_AT(3, 0) = INT64_MIN);
  BAD(view, INT64_AT(3, 0) = INT64_MAX);
}

static void lists(void) {
  BAD(list, set_offsets(batch, 0, 2, 1, 3, 4));
  BAD(list, set_offsets(batch, -1, 0, 1, 2, 4));
  BAD(list, set_offsets(batch, 0, -1, 2, 3, 4));
  BAD(list, set_offsets(batch, 0, 1, 2, 3, 5));
  BAD(list, set_offsets(batch, 0, 1, 2, 3, INT32_MAX));
  BAD(list, DATA_BELOW.length = 3);
  BAD(list, DATA_BELOW.length = -1);
  BAD(list, DATA_BELOW.n_buffers = 0);
  BAD(large_list, set_large_offsets(batch, 0, 2, 1, 3, 4));
  BAD(large_list, set_large_offsets(batch, 0, 1, 2, 3, INT64_MAX));
  BAD(large_list, set_large_offsets(batch, INT64_MIN, 1, 2, 3, 4));
  BAD(list_view, INT32_AT(1, 1) = 5);
  BAD(list_view, INT32_AT(1, 1) = -1);
  BAD(list_view, INT32_AT(2, 1) = 5);
  BAD(list_view, INT32_AT(2, 1) = -1);
  BAD(list_view, INT32_AT(2, 1) = INT32_MAX);
  BAD(fixed_list, DATA_BELOW.length = 7);
  BAD(fixed_list, DATA_BELOW.length = 0);
  BAD(map, set_offsets(batch, 0, 2, 1, 2, 2));
  BAD(map, set_offsets(batch, 0, 1, 1, 2, 9));
  BAD(map, DATA_BELOW.length = 1);
}

static void structs_and_unions(void) {
  BAD(struct, DATA_BELOW.length = 3);
  BAD(struct, DATA_BELOW.length = 0);
  BAD(struct, DATA_BELOW.length = -4);
  BAD(struct, DATA.offset = 1);
  BAD(struct, DATA.length = ROWS + 1);
  BAD(dense_union, INT8_AT(0, 1) = 7);
  BAD(dense_union, INT8_AT(0, 1) = -1);
  BAD(dense_union, INT32_AT(1, 3) = 2);
  BAD(dense_union, INT32_AT(1, 3) = -1);
  BAD(dense_union, INT32_AT(1, 3) = INT32_MAX);
  BAD(sparse_union, INT8_AT(0, 2) = 4);
  BAD(sparse_union, DATA_BELOW.length = 3);
}

static void runs(void) {
  BAD(run_end, RUN_END(0) = 4, RUN_END(1) = 1);
  BAD(run_end, RUN_END(0) = 0);
  BAD(run_end, RUN_END(0) = 4);
  BAD(run_end, RUN_END(0) = -1);
  BAD(run_end, RUN_END(1) = 3);
  BAD(run_end, RUN_END(1) = INT32_MIN);
  BAD(run_end, DATA_BELOW.length = 1);
  BAD(run_end, FIRST_DATA.length = 0);
  BAD(run_end, set_buffer(batch->column->children[0], 0, "\x01", 1), FIRST_DATA.null_count = 1);
}

/* -- The arguments themselves ------------------------------------------------------------------------ */

/* What is given beside a pointer that leads nowhere is taken all the same. */
static void arguments(void) {
  enum { NO_ARRAY, NO_SCHEMA, NEITHER, ODD_ARRAY, ODD_SCHEMA, NO_KEPT, NO_KEPT_SCHEMA, ONE_EXCLUDED, WAYS };
  for (int way = 0; way < WAYS; way++) {
    for (int again = 0; again < 2; again++) {
      struct batch made, *batch = &made;
      struct outputs out;
      char what[80];
      snprintf(what, sizeof what, "argument %d of %s", way, again ? "recheck" : "batch");
      make_batch(batch, int64_column, 0);
      memset(&out, PATTERN, sizeof out);
      struct ArrowArray *array = &TOP_DATA, *kept = &out.kept, *excluded = &out.excluded;
      struct ArrowSchema *schema = &TOP_TYPE, *kept_schema = &out.kept_schema, *excluded_schema = &out.excluded_schema;
      if (way == NO_ARRAY || way == NEITHER) {
        array = NULL;
        expect_kept(batch->array);
      } else if (way == ODD_ARRAY) {
        array = misaligned(batch, array, sizeof *array);
        expect_kept(batch->array);
      }
      if (way == NO_SCHEMA || way == NEITHER) {
        schema = NULL;
        expect_kept(batch->schema);
      } else if (way == ODD_SCHEMA) {
        schema = misaligned(batch, schema, sizeof *schema);
        expect_kept(batch->schema);
      }
      kept = way == NO_KEPT ? NULL : kept;
      kept_schema = way == NO_KEPT_SCHEMA ? NULL : kept_schema;
      excluded_schema = way == ONE_EXCLUDED ? NULL : excluded_schema;
      int32_t status = again ? stoplist_filter_recheck(filter, array, schema, NULL, kept, kept_schema, excluded,
                                                       excluded_schema, &out.generation, &out.error)
                             : stoplist_filter_batch(filter, array, schema, kept, kept_schema, excluded,
                                                     excluded_schema, &out.report, &out.error);
      EXPECT(status == STOPLIST_INVALID_ARGUMENT, "%s: %s", what, stoplist_status_name(status));
      expect_error(what, status, &out, "");
      heap_end(&batch->heap, what);
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  if (open_doors(argv[1])) {
    good_ones();
    released_or_missing();
    not_aligned();
    formats();
    names_and_metadata();
    depths();
    dictionaries();
    buffers();
    lengths();
    nulls();
    texts();
    views();
    lists();
    structs_and_unions();
    runs();
    arguments();
  }
  close_doors();
  printf("%u cases, each at %d doors: %u are not as they should be\n", cases, DOORS, test_failures);
  return test_failures != 0;
}
