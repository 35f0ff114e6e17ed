/* How are blocked recipients taken out of a broadcast list that comes as an Arrow stream?
 *
 * The host gives an ArrowArrayStream; a pass filters it batch by batch, all by the lists of one moment. It
 * is asked for each batch, kept and excluded rows apart; or it becomes a stream itself, for whatever takes
 * one. At the end it has counts, and is put on record. */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The list: a column `phone` of texts, some of them null, and a column `id` of 64-bit integers. */
enum { BATCHES = 3, ROWS = 4 };
static const char *const PHONES[BATCHES][ROWS] = {
    {"+12025550101", "(202) 555-0102", NULL, "+12025550104"},
    {"+12025550105", "call me", "202-555-0107", "+12025550108"},
    {"+12025550109", "+12025550110", "+12025550111", "+1 202 555 0101"},
};

/* -- An Arrow stream, by hand: see the Arrow C data and stream interfaces ------------------------- */

/* How often the release callbacks of this file were called. */
static unsigned schemas_released, arrays_released, streams_released;

/* What a column owns. Each frees its own, so that a column may be moved out of its batch. */
struct column {
  const void *buffers[3];
  uint8_t validity[1];
  int32_t offsets[ROWS + 1];
  char bytes[ROWS * 24];
  int64_t ids[ROWS];
};

/* What a batch owns: the structures of its columns. */
struct batch {
  const void *buffers[1];
  struct ArrowArray columns[2];
  struct ArrowArray *pointers[2];
};

struct table {
  struct ArrowSchema columns[2];
  struct ArrowSchema *pointers[2];
};

static void release_array(struct ArrowArray *array) {
  for (int64_t at = 0; at < array->n_children; at++) {
    if (array->children[at]->release != NULL) {
      array->children[at]->release(array->children[at]);
    }
  }
  free(array->private_data);
  array->release = NULL;
  arrays_released++;
}

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t at = 0; at < schema->n_children; at++) {
    if (schema->children[at]->release != NULL) {
      schema->children[at]->release(schema->children[at]);
    }
  }
  free(schema->private_data);
  schema->release = NULL;
  schemas_released++;
}

static int make_column(struct ArrowArray *array, int64_t n_buffers) {
  struct column *column = calloc(1, sizeof *column);
  if (column == NULL) {
    return ENOMEM;
  }
  *array = (struct ArrowArray){.length = ROWS, .n_buffers = n_buffers, .buffers = column->buffers};
  array->release = release_array;
  array->private_data = column;
  return 0;
}

static int make_batch(struct ArrowArray *array, size_t number) {
  struct batch *batch = calloc(1, sizeof *batch);
  if (batch == NULL) {
    return ENOMEM;
  }
  *array = (struct ArrowArray){.length = ROWS, .n_buffers = 1, .buffers = batch->buffers};
  array->release = release_array;
  array->private_data = batch;
  array->children = batch->pointers;
  for (size_t at = 0; at < 2; at++) {
    batch->pointers[at] = &batch->columns[at];
    int failed = make_column(&batch->columns[at], at == 0 ? 3 : 2);
    if (failed) {
      array->release(array);
      return failed;
    }
    array->n_children++;
  }
  struct column *phones = batch->columns[0].private_data, *ids = batch->columns[1].private_data;
  for (size_t row = 0; row < ROWS; row++) {
    const char *text = PHONES[number][row];
    size_t length = text == NULL ? 0 : strlen(text);
    memcpy(phones->bytes + phones->offsets[row], text == NULL ? "" : text, length);
    phones->offsets[row + 1] = phones->offsets[row] + (int32_t)length;
    phones->validity[0] |= (uint8_t)((text != NULL) << row);
    batch->columns[0].null_count += text == NULL;
    ids->ids[row] = (int64_t)(100 * number + row);
  }
  phones->buffers[0] = phones->validity;
  phones->buffers[1] = phones->offsets;
  phones->buffers[2] = phones->bytes;
  ids->buffers[1] = ids->ids; /* without a validity buffer: none is null */
  return 0;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  (void)stream;
  struct table *table = calloc(1, sizeof *table);
  if (table == NULL) {
    return ENOMEM;
  }
  *out = (struct ArrowSchema){.format = "+s", .name = "", .n_children = 2, .children = table->pointers};
  out->release = release_schema;
  out->private_data = table;
  for (size_t at = 0; at < 2; at++) {
    table->pointers[at] = &table->columns[at];
    table->columns[at] = (struct ArrowSchema){.format = at == 0 ? "u" : "l"};
    table->columns[at].name = at == 0 ? "phone" : "id";
    table->columns[at].flags = ARROW_FLAG_NULLABLE;
    table->columns[at].release = release_schema;
  }
  return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  size_t *given = stream->private_data;
  if (*given == BATCHES) {
    *out = (struct ArrowArray){.release = NULL}; /* the end */
    return 0;
  }
  return make_batch(out, (*given)++);
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return "out of memory";
}

static void release_stream(struct ArrowArrayStream *stream) {
  free(stream->private_data);
  stream->release = NULL;
  streams_released++;
}

static int make_stream(struct ArrowArrayStream *stream) {
  *stream = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, NULL};
  stream->private_data = calloc(1, sizeof(size_t));
  return stream->private_data != NULL;
}

/* -- What comes back --------------------------------------------------------------------------- */

/* Prints the rows of a batch and returns how many there are. An array may begin at an offset. */
static int64_t print_rows(const char *what, const struct ArrowArray *array) {
  const struct ArrowArray *phones = array->children[0], *ids = array->children[1];
  const uint8_t *validity = phones->buffers[0];
  const int32_t *offsets = phones->buffers[1];
  const char *bytes = phones->buffers[2];
  for (int64_t row = 0; row < array->length; row++) {
    int64_t at = phones->offset + array->offset + row;
    int64_t id = ((const int64_t *)ids->buffers[1])[ids->offset + array->offset + row];
    int is_null = validity != NULL && (validity[at / 8] >> (at % 8) & 1) == 0;
    if (is_null) {
      printf("  %s %3lld (null)\n", what, (long long)id);
    } else {
      printf("  %s %3lld %.*s\n", what, (long long)id, (int)(offsets[at + 1] - offsets[at]),
             bytes + offsets[at]);
    }
  }
  return array->length;
}

/* Asks the pass for each batch, kept and excluded rows apart. */
static int by_batches(const stoplist_filter *filter) {
  struct ArrowArrayStream stream = {0};
  struct ArrowSchema kept_schema = {0}, excluded_schema = {0};
  struct ArrowArray kept = {0}, excluded = {0};
  stoplist_pass *pass = NULL;
  stoplist_report *report = NULL;
  stoplist_text *json = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  /* The stream is the pass's from here on, whatever happens. */
  CHECK(make_stream(&stream));
  OK(stoplist_filter_stream(filter, &stream, &pass, &error));
  OK(stoplist_pass_schema(pass, &kept_schema, &excluded_schema, &error));
  CHECK(kept_schema.n_children == 2 && strcmp(kept_schema.children[0]->format, "u") == 0);
  CHECK(excluded_schema.n_children == 5);
  CHECK(strcmp(excluded_schema.children[2]->name, "stoplist_verdict") == 0);
  CHECK(strcmp(excluded_schema.children[3]->name, "stoplist_list") == 0);
  CHECK(strcmp(excluded_schema.children[4]->name, "stoplist_reason") == 0);

  int64_t kept_rows = 0, excluded_rows = 0;
  unsigned batches = 0;
  for (;;) {
    OK(stoplist_pass_next(pass, &kept, &excluded, &error));
    if (kept.release == NULL) {
      break;
    }
    kept_rows += print_rows("keep", &kept);
    excluded_rows += print_rows("drop", &excluded);
    kept.release(&kept);
    excluded.release(&excluded);
    batches++;
  }
  CHECK(batches == BATCHES && kept_rows == 7 && excluded_rows == 5);

  stoplist_counts counts;
  OK(stoplist_pass_report(pass, &report, &error));
  OK(stoplist_report_counts(report, &counts, &error));
  CHECK(counts.rows == 12 && counts.kept == 7 && counts.blocked == 3);
  CHECK(counts.invalid == 1 && counts.null == 1 && counts.emptied == 0);
  OK(stoplist_report_json(report, &json, &error));
  printf("report: %s\n", stoplist_text_data(json));

  uint64_t generation = 0;
  OK(stoplist_pass_record(pass, STOPLIST_TEXT("ana"), STOPLIST_TEXT("spring.arrows"),
                          STOPLIST_TEXT("sha256:9f86d081884c7d659a2feaa0c55ad015"
                                        "a3bf4f1b2b0b822cd15d6c15b0f00a08"),
                          &generation, &error));
  CHECK(generation > counts.generation);
  result = 0;

done:
  stoplist_error_free(error);
  stoplist_text_free(json);
  stoplist_report_free(report);
  stoplist_pass_free(pass);
  if (kept_schema.release != NULL) {
    kept_schema.release(&kept_schema);
  }
  if (excluded_schema.release != NULL) {
    excluded_schema.release(&excluded_schema);
  }
  if (kept.release != NULL) {
    kept.release(&kept);
  }
  if (excluded.release != NULL) {
    excluded.release(&excluded);
  }
  return result;
}

/* Makes a stream of the pass, as for a writer or a database that takes one. */
static int as_stream(const stoplist_filter *filter) {
  struct ArrowArrayStream stream = {0}, kept = {0};
  struct ArrowSchema schema = {0};
  struct ArrowArray array = {0};
  stoplist_pass *pass = NULL;
  stoplist_report *report = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  CHECK(make_stream(&stream));
  OK(stoplist_filter_stream(filter, &stream, &pass, &error));
  OK(stoplist_pass_export(pass, &kept, &error));

  CHECK(kept.get_schema(&kept, &schema) == 0);
  CHECK(schema.n_children == 2 && strcmp(schema.children[1]->name, "id") == 0);
  int64_t rows = 0;
  for (;;) {
    CHECK(kept.get_next(&kept, &array) == 0);
    if (array.release == NULL) {
      break;
    }
    rows += array.length;
    array.release(&array);
  }
  CHECK(rows == 7);

  stoplist_counts counts;
  OK(stoplist_pass_report(pass, &report, &error));
  OK(stoplist_report_counts(report, &counts, &error));
  CHECK(counts.rows == 12 && counts.kept == 7);
  OK(stoplist_pass_record(pass, STOPLIST_TEXT("ana"), STOPLIST_TEXT("spring.arrows"), NULL, 0, NULL,
                          &error));
  printf("as a stream: %lld rows\n", (long long)rows);
  result = 0;

done:
  stoplist_error_free(error);
  stoplist_report_free(report);
  stoplist_pass_free(pass);
  if (schema.release != NULL) {
    schema.release(&schema);
  }
  if (array.release != NULL) {
    array.release(&array);
  }
  if (kept.release != NULL) {
    kept.release(&kept);
  }
  return result;
}

int main(int argc, char **argv) {
  stoplist_store *store = NULL;
  stoplist_filter *filter = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  char path[1024];
  snprintf(path, sizeof path, "%s/store", argv[1]);
  OK(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), NULL, &store, &error));
  const char *who[] = {"+12025550101", "+12025550107"};
  const size_t who_lens[] = {12, 12};
  stoplist_documentation why = {.size = sizeof why, .reason = "opt_out", .reason_len = 7};
  OK(stoplist_store_block(store, STOPLIST_TEXT("ana"), who, who_lens, 2, &why, NULL, NULL, &error));

  /* Which lists and how texts are read; then what becomes of the rows. */
  stoplist_gate_options gate = {.size = sizeof gate, .traffic = STOPLIST_BROADCAST};
  gate.region = "US";
  gate.region_len = 2;
  stoplist_filter_options options = {.size = sizeof options, .excluded = 1};
  OK(stoplist_filter_open(store, &gate, &options, &filter, &error));
  CHECK(by_batches(filter) == 0);
  CHECK(as_stream(filter) == 0);
  result = 0;

done:
  stoplist_error_free(error);
  stoplist_filter_free(filter);
  if (stoplist_store_close(store, NULL) != STOPLIST_OK) {
    result = 1;
  }
  /* Two streams, of one schema and three batches each, all of them with two columns. */
  if (result == 0 && (streams_released != 2 || schemas_released != 2 * 3 ||
                      arrays_released != 2 * BATCHES * 3)) {
    fprintf(stderr, "%s:%d: not everything was released\n", __FILE__, __LINE__);
    result = 1;
  }
  return result;
}
