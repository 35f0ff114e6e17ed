/* Through which calls does an Arrow batch get into the library, and what has to hold whatever is in it?
 *
 * A batch, a recheck and a stream; and, for the sake of who releases it, a filter that is NULL and one whose
 * store is closed. An error is told in full, an output written on success only, a structure released once. */
#ifndef DOORS_H
#define DOORS_H

#include "columns.h"

#include <limits.h>
#include <stddef.h>

enum { PATTERN = 0xa5 };

/* Is it wrong, unusual, or right? */
enum outcome { REFUSED, EITHER, TAKEN };

enum door { BATCH, RECHECK, PASS, NO_FILTER, CLOSED_FILTER, DOORS };
static const char *const DOOR_NAMES[DOORS] = {"batch", "recheck", "stream", "NULL filter", "closed filter"};

static stoplist_filter *filter, *closed_filter;

/* -- Giving a batch, and looking at what comes back ------------------------------------------------- */

/* Where results go: what is there before has to stay there when there is none. */
struct outputs {
  struct ArrowArray kept;
  struct ArrowSchema kept_schema;
  struct ArrowArray excluded;
  struct ArrowSchema excluded_schema;
  stoplist_report *report;
  stoplist_pass *pass;
  uint64_t generation;
  stoplist_error *error;
};

static inline int is_untouched(const void *memory, size_t size) {
  const unsigned char *bytes = memory;
  for (size_t at = 0; at < size; at++) {
    if (bytes[at] != PATTERN) {
      return 0;
    }
  }
  return 1;
}

/* An error is told in full, with what the host said; nothing else was written. */
static inline void expect_error(const char *what, int32_t status, struct outputs *outputs, const char *said) {
  EXPECT(status == STOPLIST_ARROW || status == STOPLIST_INVALID_ARGUMENT, "%s: %s, %s", what,
         stoplist_status_name(status), status == STOPLIST_OK ? "" : stoplist_error_message(outputs->error));
  if (status != STOPLIST_OK) {
    EXPECT(stoplist_error_status(outputs->error) == status, "%s: the error has another status", what);
    EXPECT(stoplist_error_message(outputs->error)[0] != '\0', "%s: no message", what);
    EXPECT(stoplist_error_code(outputs->error)[0] != '\0', "%s: no code", what);
    EXPECT(strstr(stoplist_error_message(outputs->error), said) != NULL, "%s: %s", what,
           stoplist_error_message(outputs->error));
    EXPECT(is_untouched(outputs, offsetof(struct outputs, error)), "%s: an output was written", what);
    stoplist_error_free(outputs->error);
  }
}

static inline void release_outputs(struct outputs *outputs) {
  if (outputs->kept.release != NULL) {
    outputs->kept.release(&outputs->kept);
  }
  outputs->kept_schema.release(&outputs->kept_schema);
  if (outputs->excluded.release != NULL) {
    outputs->excluded.release(&outputs->excluded);
  }
  outputs->excluded_schema.release(&outputs->excluded_schema);
}

/* Gives the batch to one of the doors. */
static inline int32_t give(struct batch *batch, enum door door, struct outputs *outputs) {
  const stoplist_filter *to = door == NO_FILTER ? NULL : door == CLOSED_FILTER ? closed_filter : filter;
  struct ArrowArray *array = &batch->array->is.array;
  struct ArrowSchema *schema = &batch->schema->is.schema;
  int32_t status;
  memset(outputs, PATTERN, sizeof *outputs);
  if (door == RECHECK) {
    status = stoplist_filter_recheck(to, array, schema, NULL, &outputs->kept, &outputs->kept_schema,
                                     &outputs->excluded, &outputs->excluded_schema, &outputs->generation,
                                     &outputs->error);
  } else {
    status = stoplist_filter_batch(to, array, schema, &outputs->kept, &outputs->kept_schema, &outputs->excluded,
                                   &outputs->excluded_schema, &outputs->report, &outputs->error);
  }
  EXPECT(array->release == NULL && schema->release == NULL, "the batch was not taken");
  return status;
}

/* The same as a stream of that one batch; the status is that of the first call that fails. */
static inline int32_t give_stream(struct batch *batch, struct outputs *outputs) {
  struct counted *stream = make_stream(&batch->heap, batch->schema, batch->array);
  memset(outputs, PATTERN, sizeof *outputs);
  int32_t status = stoplist_filter_stream(filter, &stream->is.stream, &outputs->pass, &outputs->error);
  EXPECT(stream->is.stream.release == NULL, "the stream was not taken");
  if (status == STOPLIST_OK) {
    stoplist_pass *pass = outputs->pass;
    memset(&outputs->pass, PATTERN, sizeof outputs->pass);
    status = stoplist_pass_next(pass, &outputs->kept, &outputs->excluded, &outputs->error);
    if (status == STOPLIST_OK) {
      int32_t of_schema = stoplist_pass_schema(pass, &outputs->kept_schema, &outputs->excluded_schema, NULL);
      EXPECT(of_schema == STOPLIST_OK, "no schema: %s", stoplist_status_name(of_schema));
    }
    stoplist_pass_free(pass);
  }
  if (stream->given == 0) {
    expect_kept(batch->array);
  }
  return status;
}

static inline void check_taken(const char *what, const struct batch *batch, enum door door, struct outputs *outputs) {
  int64_t kept = outputs->kept.length, others = outputs->excluded.length;
  EXPECT(kept + others == ROWS, "%s: %lld rows kept and %lld excluded", what, (long long)kept, (long long)others);
  /* The first of the good phone numbers is blocked. */
  EXPECT(batch->is_phone || kept == ROWS - 1, "%s: %lld rows kept", what, (long long)kept);
  if (door == BATCH) {
    stoplist_report_free(outputs->report);
  }
  release_outputs(outputs);
}

/* Ends a case: gives what was spoiled, and compares. */
static inline void finish(struct batch *batch, enum door door, enum outcome outcome, const char *how, int line) {
  struct outputs outputs;
  char what[300];
  snprintf(what, sizeof what, "line %d: %s (%s, as %s)", line, how, DOOR_NAMES[door],
           batch->is_phone ? "phone" : "x");
  int is_end = door == PASS && is_released(batch->array) && !is_released(batch->schema);
  int32_t status = door == PASS ? give_stream(batch, &outputs) : give(batch, door, &outputs);
  if (is_end) {
    /* Of a stream that is no mistake. */
    EXPECT(status == STOPLIST_OK && outputs.kept.release == NULL, "%s: %s", what, stoplist_status_name(status));
    release_outputs(&outputs);
  } else if (door == CLOSED_FILTER && status == STOPLIST_CLOSED) {
    status = STOPLIST_INVALID_ARGUMENT; /* as good an answer */
    EXPECT(stoplist_error_status(outputs.error) == STOPLIST_CLOSED, "%s: the error has another status", what);
    stoplist_error_free(outputs.error);
  } else if (door >= NO_FILTER || outcome == REFUSED) {
    expect_error(what, status, &outputs, "");
    if (status == STOPLIST_OK) {
      check_taken(what, batch, door, &outputs);
    }
  } else if (status == STOPLIST_OK) {
    check_taken(what, batch, door, &outputs);
  } else if (outcome == EITHER && status == STOPLIST_USAGE) {
    stoplist_error_free(outputs.error); /* a type that is none of numbers */
  } else {
    EXPECT(outcome == EITHER, "%s: %s", what, stoplist_error_message(outputs.error));
    expect_error(what, status, &outputs, "");
  }
  heap_end(&batch->heap, what);
}

/* -- The store behind the doors --------------------------------------------------------------------- */

static stoplist_store *store;

/* The first of the good phone numbers is blocked. */
static inline int open_doors(const char *scratch) {
  stoplist_store *closed = NULL;
  stoplist_error *error = NULL;
  char path[1024], other[1024];
  snprintf(path, sizeof path, "%s/store", scratch);
  snprintf(other, sizeof other, "%s/closed", scratch);
  const char *who[] = {PHONES[0]};
  const size_t who_lens[] = {12};
  stoplist_documentation why = {.size = sizeof why, .reason = "spam", .reason_len = 4};
  stoplist_filter_options options = {.size = sizeof options, .threads = 1, .excluded = 1};
  return SUCCEEDS(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), NULL, &store, &error)) &&
         SUCCEEDS(stoplist_store_create(other, strlen(other), STOPLIST_TEXT("ana"), NULL, &closed, &error)) &&
         SUCCEEDS(stoplist_store_block(store, STOPLIST_TEXT("ana"), who, who_lens, 1, &why, NULL, NULL, &error)) &&
         SUCCEEDS(stoplist_filter_open(store, NULL, &options, &filter, &error)) &&
         SUCCEEDS(stoplist_filter_open(closed, NULL, &options, &closed_filter, &error)) &&
         SUCCEEDS(stoplist_store_close(closed, &error));
}

static inline void close_doors(void) {
  stoplist_filter_free(filter);
  stoplist_filter_free(closed_filter);
  EXPECT(stoplist_store_close(store, NULL) == STOPLIST_OK, "the store does not close");
}

/* The same bytes, at an address that is not aligned. */
static inline void *misaligned(struct batch *batch, const void *bytes, size_t size) {
  char *memory = heap_bytes(&batch->heap, NULL, size + 1);
  memcpy(memory + 1, bytes, size);
  return memory + 1;
}

/* A text of many letters. */
static inline const char *endless(struct batch *batch, char letter) {
  size_t size = 2 << 20;
  return memset(heap_bytes(&batch->heap, NULL, size + 1), letter, size);
}

#endif
