/* What becomes of an Arrow stream that is not as it should be?
 *
 * An error with what its host said, and then its end; and it is released once, with all that it gave. What is
 * wrong with a single batch is in arrow_hostile.c. */
#include "doors.h"

static unsigned cases;

/* -- Its callbacks and batches ------------------------------------------------------------------------- */

static int no_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  (void)stream;
  *out = (struct ArrowSchema){.release = NULL};
  return 0;
}

/* A stream of a good batch, to be spoiled; what becomes of it when it is begun, and when it is read. */
static void stream_case(const char *what, void (*spoil)(struct batch *, struct counted *), int begins,
                        unsigned good_batches) {
  struct batch made, *batch = &made;
  struct outputs outputs;
  make_batch(batch, int64_column, 0);
  struct counted *stream = make_stream(&batch->heap, batch->schema, batch->array);
  spoil(batch, stream);
  cases++;
  const char *said = stream->says != NULL && strlen(stream->says) < 100 && stream->says[0] > 0 ? stream->says : "";

  memset(&outputs, PATTERN, sizeof outputs);
  int32_t status = stoplist_filter_stream(filter, &stream->is.stream, &outputs.pass, &outputs.error);
  if (!begins) {
    expect_error(what, status, &outputs, said);
  }
  if (status == STOPLIST_OK) {
    stoplist_pass *pass = outputs.pass;
    EXPECT(begins, "%s: it began", what);
    memset(&outputs.pass, PATTERN, sizeof outputs.pass);
    for (unsigned at = 0; status == STOPLIST_OK && at < good_batches; at++) {
      status = stoplist_pass_next(pass, &outputs.kept, NULL, &outputs.error);
      if (EXPECT(status == STOPLIST_OK, "%s: batch %u: %s", what, at, stoplist_error_message(outputs.error))) {
        outputs.kept.release(&outputs.kept);
        memset(&outputs.kept, PATTERN, sizeof outputs.kept);
      }
    }
    status = stoplist_pass_next(pass, &outputs.kept, &outputs.excluded, &outputs.error);
    expect_error(what, status, &outputs, said);
    /* After an error it is at its end. */
    status = stoplist_pass_next(pass, &outputs.kept, NULL, NULL);
    EXPECT(status == STOPLIST_OK && outputs.kept.release == NULL, "%s: it goes on after an error", what);
    stoplist_pass_free(pass);
  }
  for (size_t at = stream->given; at < MOST_CHILDREN && stream->given_arrays[at] != NULL; at++) {
    expect_kept(stream->given_arrays[at]);
  }
  if (stream->given_schema != batch->schema || !is_released(batch->schema)) {
    expect_kept(batch->schema);
  }
  heap_end(&batch->heap, what);
}

static void no_get_schema(struct batch *batch, struct counted *stream) {
  (void)batch;
  stream->is.stream.get_schema = NULL;
}

static void no_get_next(struct batch *batch, struct counted *stream) {
  (void)batch;
  stream->is.stream.get_next = NULL;
}

static void released_schema(struct batch *batch, struct counted *stream) {
  (void)batch;
  stream->is.stream.get_schema = no_schema;
}

static void schema_fails(struct batch *batch, struct counted *stream) {
  (void)batch;
  stream->given_schema = NULL;
  stream->says = "the disk is gone";
}

static void schema_fails_silently(struct batch *batch, struct counted *stream) {
  (void)batch;
  stream->given_schema = NULL;
}

static void schema_fails_without_words(struct batch *batch, struct counted *stream) {
  (void)batch;
  stream->given_schema = NULL;
  stream->is.stream.get_last_error = NULL;
}

static void schema_fails_in_other_words(struct batch *batch, struct counted *stream) {
  (void)batch;
  stream->given_schema = NULL;
  stream->says = "\xff\xfe";
}

static void schema_fails_at_length(struct batch *batch, struct counted *stream) {
  stream->given_schema = NULL;
  stream->says = endless(batch, 'e');
}

static void next_fails(struct batch *batch, struct counted *stream) {
  (void)batch;
  stream->fails = 5;
  stream->says = "the disk is gone";
}

static void next_fails_silently(struct batch *batch, struct counted *stream) {
  (void)batch;
  stream->fails = -1;
}

static void next_fails_without_words(struct batch *batch, struct counted *stream) {
  (void)batch;
  stream->fails = INT_MAX;
  stream->is.stream.get_last_error = NULL;
}

/* A second batch of other columns. */
static void fewer_columns(struct batch *batch, struct counted *stream) {
  stream->given_arrays[1] = make_array(&batch->heap, ROWS, 1);
  add_child(stream->given_arrays[1], make_texts(&batch->heap, PHONES, ROWS));
}

static void other_types(struct batch *batch, struct counted *stream) {
  stream->given_arrays[1] = make_array(&batch->heap, ROWS, 1);
  add_child(stream->given_arrays[1], make_integers(&batch->heap, INTEGERS, ROWS));
  add_child(stream->given_arrays[1], make_integers(&batch->heap, INTEGERS, ROWS));
}

static void other_data(struct batch *batch, struct counted *stream) {
  stream->given_arrays[1] = make_array(&batch->heap, ROWS, 1);
  add_child(stream->given_arrays[1], make_texts(&batch->heap, PHONES, ROWS));
  add_child(stream->given_arrays[1], make_integers(&batch->heap, INTEGERS, ROWS));
  stream->given_arrays[1]->children[1]->is.array.buffers[1] = NULL;
  /* And one that nobody asks for. */
  stream->given_arrays[2] = make_array(&batch->heap, ROWS, 1);
}

static void streams(void) {
  stream_case("get_schema is NULL", no_get_schema, 0, 0);
  stream_case("get_next is NULL", no_get_next, 0, 0);
  stream_case("get_schema gives nothing", released_schema, 0, 0);
  stream_case("get_schema fails", schema_fails, 0, 0);
  stream_case("get_schema fails, and says NULL", schema_fails_silently, 0, 0);
  stream_case("get_schema fails, and get_last_error is NULL", schema_fails_without_words, 0, 0);
  stream_case("get_schema fails, and what it says is not UTF-8", schema_fails_in_other_words, 0, 0);
  stream_case("get_schema fails, and says very much", schema_fails_at_length, 0, 0);
  stream_case("get_next fails", next_fails, 1, 1);
  stream_case("get_next fails, and says NULL", next_fails_silently, 1, 1);
  stream_case("get_next fails, and get_last_error is NULL", next_fails_without_words, 1, 1);
  stream_case("a batch with fewer columns", fewer_columns, 1, 1);
  stream_case("a batch with columns of other types", other_types, 1, 1);
  stream_case("a batch without data", other_data, 1, 1);
}

/* A stream that is NULL, released or not aligned; a filter that is NULL or closed; nowhere for the pass. */
static void stream_arguments(void) {
  enum { NO_STREAM, RELEASED, UNALIGNED, NOWHERE, NO, CLOSED, WAYS };
  for (int way = 0; way < WAYS; way++) {
    struct batch made, *batch = &made;
    struct outputs outputs;
    char what[60];
    snprintf(what, sizeof what, "argument %d of a stream", way);
    make_batch(batch, int64_column, 0);
    struct counted *stream = make_stream(&batch->heap, batch->schema, batch->array);
    struct ArrowArrayStream *given = &stream->is.stream;
    const stoplist_filter *to = way == NO ? NULL : way == CLOSED ? closed_filter : filter;
    if (way == NO_STREAM) {
      given = NULL;
    } else if (way == RELEASED) {
      given->release = NULL;
    } else if (way == UNALIGNED) {
      given = misaligned(batch, given, sizeof *given);
    }
    stream->expected = way >= NOWHERE;
    expect_kept(batch->schema);
    expect_kept(batch->array);
    memset(&outputs, PATTERN, sizeof outputs);
    int32_t status = stoplist_filter_stream(to, given, way == NOWHERE ? NULL : &outputs.pass, &outputs.error);
    if (way == CLOSED) {
      EXPECT(status == STOPLIST_CLOSED, "%s: %s", what, stoplist_status_name(status));
      stoplist_error_free(outputs.error);
    } else {
      expect_error(what, status, &outputs, "");
    }
    heap_end(&batch->heap, what);
  }
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  if (open_doors(argv[1])) {
    streams();
    stream_arguments();
  }
  close_doors();
  printf("%u streams: %u are not as they should be\n", cases, test_failures);
  return test_failures != 0;
}
