/* Does every exported function refuse what it cannot work with, and leave everything else alone?
 *
 * Each function is described once, with good arguments; call.h makes variants of them, each with one thing
 * that is wrong. None of these does anything; at the end the good call is done, and so the variants were
 * refused for what was wrong with them. A function of the library that is not here is noticed. */
#include "functions.h"

#include <dlfcn.h>
#include <unistd.h>

/* Those that need no variants: `by_hand` calls them. */
static const char *const BY_HAND[] = {
    "stoplist_version",       "stoplist_abi_version",   "stoplist_build_info",   "stoplist_status_name",
    "stoplist_refusal_name",  "stoplist_error_status",  "stoplist_error_code",   "stoplist_error_message",
    "stoplist_error_free",    "stoplist_text_data",     "stoplist_text_len",     "stoplist_text_free",
    "stoplist_store_close",   "stoplist_gate_free",     "stoplist_filter_free",  "stoplist_pass_free",
    "stoplist_report_free"};
enum { BY_HAND_COUNT = sizeof BY_HAND / sizeof BY_HAND[0] };

/* -- Each function with each thing wrong -------------------------------------------------------------- */

static void begin(struct call *call, const struct function *function) {
  memset(call, 0, sizeof *call);
  call->closed_store = world.closed_store;
  snprintf(call->what, sizeof call->what, "as it should be");
  function->describe(call);
}

/* What stands where an error goes is never looked at. */
static stoplist_error *whatever(void) {
  stoplist_error *error;
  memset(&error, PATTERN, sizeof error);
  return error;
}

/* Checks what was released, and forgets the arguments. */
static void end(struct call *call, const struct function *function) {
  char what[300];
  snprintf(what, sizeof what, "%s, %s", function->name, call->what);
  for (size_t at = 0; at < call->count; at++) {
    /* A stream that was not asked for its schema still has it. */
    if (call->params[at].kind == TAKEN_STREAM) {
      expect_kept(call->params[at].taken->given_schema);
    }
  }
  heap_end(&call->heap, what);
}

static int32_t run(struct call *call, const struct function *function) {
  stoplist_error *error = whatever();
  int32_t status = function->call(call->slots, &error);
  if (status == STOPLIST_OK) {
    EXPECT(error == whatever(), "%s, %s: done, and an error was written", function->name, call->what);
  } else {
    check_error(call, function->name, status, error);
  }
  check_outputs(call, function->name, status == STOPLIST_OK);
  return status;
}

/* One variant: with an error, without one, and with a place for it that cannot be one. */
static int try_variant(const struct function *function, unsigned variant) {
  struct call call;
  begin(&call, function);
  if (!vary(&call, variant)) {
    heap_free(&call.heap);
    return 0;
  }
  int32_t status = run(&call, function);
  EXPECT(status >= 0 && status < 32 && (call.allowed & BIT(status)) != 0, "%s, %s: %s", function->name, call.what,
         stoplist_status_name(status));
  end(&call, function);

  begin(&call, function);
  vary(&call, variant);
  int32_t again = function->call(call.slots, NULL);
  EXPECT(again == status, "%s, %s: %s without an error", function->name, call.what, stoplist_status_name(again));
  check_outputs(&call, function->name, again == STOPLIST_OK);
  end(&call, function);

  begin(&call, function);
  vary(&call, variant);
  unsigned char *odd = place(&call, sizeof(stoplist_error *) + 1);
  again = function->call(call.slots, (stoplist_error **)(void *)(odd + 1));
  EXPECT(again == status || again == STOPLIST_INVALID_ARGUMENT, "%s, %s: %s with an error that is not aligned",
         function->name, call.what, stoplist_status_name(again));
  EXPECT(is_pattern(odd - GUARD, sizeof(stoplist_error *) + 1 + 2 * GUARD),
         "%s, %s: an error was written where it is not aligned", function->name, call.what);
  check_outputs(&call, function->name, again == STOPLIST_OK);
  end(&call, function);
  return 1;
}

/* With everything that may be NULL: not the pointers that are at fault, whatever it then comes to. */
static void try_least(const struct function *function) {
  struct call call;
  begin(&call, function);
  snprintf(call.what, sizeof call.what, "with as little as may be");
  for (size_t at = 0; at < call.count; at++) {
    if (call.params[at].flags & OPTIONAL) {
      put_pointer(call.params[at].at, NULL);
    }
  }
  int32_t status = run(&call, function);
  EXPECT(status != STOPLIST_INVALID_ARGUMENT, "%s, %s: %s", function->name, call.what, stoplist_status_name(status));
  end(&call, function);
}

static int is_new_path_taken(void) {
  char path[1250];
  snprintf(path, sizeof path - 4, "%s/new-%u", world.scratch, world.paths);
  int is_taken = access(path, F_OK) == 0;
  strcat(path, ".csv");
  return is_taken || access(path, F_OK) == 0;
}

static unsigned try_function(const struct function *function) {
  struct call call;
  uint64_t before = 0, after = 0;
  unsigned variants = 0;
  EXPECT(stoplist_store_generation(world.store, &before, NULL) == STOPLIST_OK, "no generation");
  while (try_variant(function, variants)) {
    variants++;
  }
  EXPECT(stoplist_store_generation(world.store, &after, NULL) == STOPLIST_OK, "no generation");
  EXPECT(after == before, "%s: what was refused has changed the store", function->name);
  EXPECT(!is_new_path_taken(), "%s: what was refused has written a file", function->name);

  world.paths++;
  begin(&call, function);
  stoplist_error *error = NULL;
  /* The call that all variants are like, but for what is wrong with them. */
  int32_t status = function->call(call.slots, &error);
  EXPECT(status == STOPLIST_OK, "%s, %s: %s: %s", function->name, call.what, stoplist_status_name(status),
         stoplist_error_message(error));
  stoplist_error_free(error);
  check_outputs(&call, function->name, status == STOPLIST_OK);
  end(&call, function);
  if (strcmp(function->name, "stoplist_store_bulk_block") == 0) {
    EXPECT(stoplist_store_generation(world.store, &world.bulk, NULL) == STOPLIST_OK, "no generation");
  }
  /* A path that a variant was refused for stays empty. */
  world.paths++;
  try_least(function);
  world.paths++;
  return variants + 1;
}

/* -- What needs no variants ----------------------------------------------------------------------------- */

static void names_of_codes(void) {
  EXPECT(stoplist_abi_version() == STOPLIST_ABI_VERSION, "the header is not that of the library");
  EXPECT(stoplist_version()[0] != '\0' && stoplist_build_info()[0] != '\0', "a library without a version");
  const int32_t none[] = {-1, STOPLIST_IO + 1, 999, INT32_MAX, INT32_MIN};
  for (size_t at = 0; at < sizeof none / sizeof none[0]; at++) {
    EXPECT(strcmp(stoplist_status_name(none[at]), "unknown") == 0, "status %d is %s", none[at],
           stoplist_status_name(none[at]));
    EXPECT(strcmp(stoplist_refusal_name(none[at]), "unknown") == 0, "refusal %d is %s", none[at],
           stoplist_refusal_name(none[at]));
  }
  for (int32_t status = STOPLIST_OK; status <= STOPLIST_IO; status++) {
    const char *name = stoplist_status_name(status);
    EXPECT(name[0] != '\0' && strcmp(name, "unknown") != 0, "status %d has no name", status);
    for (int32_t other = STOPLIST_OK; other < status; other++) {
      EXPECT(strcmp(name, stoplist_status_name(other)) != 0, "statuses %d and %d are both %s", status, other, name);
    }
  }
  EXPECT(stoplist_refusal_name(0)[0] == '\0', "no refusal has a name");
  for (int32_t refusal = STOPLIST_REFUSAL_EMPTY; refusal <= STOPLIST_REFUSAL_NEEDS_REGION; refusal++) {
    const char *name = stoplist_refusal_name(refusal);
    EXPECT(name[0] != '\0' && strcmp(name, "unknown") != 0, "refusal %d has no name", refusal);
  }
  EXPECT(strcmp(stoplist_status_name(STOPLIST_NOT_A_NUMBER), "not_a_number") == 0, "status 11 has another name");
  EXPECT(strcmp(stoplist_refusal_name(STOPLIST_REFUSAL_TOO_SHORT), "too_short") == 0, "refusal 6 has another name");
}

/* NULL is an error and a text that is empty, and is freed in vain. */
static void nothing_at_all(void) {
  EXPECT(stoplist_error_status(NULL) == STOPLIST_OK, "no error has a status");
  EXPECT(stoplist_error_code(NULL)[0] == '\0' && stoplist_error_message(NULL)[0] == '\0', "no error has words");
  EXPECT(stoplist_text_data(NULL)[0] == '\0' && stoplist_text_len(NULL) == 0, "no text has bytes");
  stoplist_error_free(NULL);
  stoplist_text_free(NULL);
  stoplist_gate_free(NULL);
  stoplist_filter_free(NULL);
  stoplist_pass_free(NULL);
  stoplist_report_free(NULL);
  EXPECT(stoplist_store_close(NULL, NULL) == STOPLIST_OK, "no store does not close");
}

static void texts_and_errors(void) {
  stoplist_text *text = NULL;
  stoplist_error *error = NULL;
  uint64_t number = 7;
  if (SUCCEEDS(stoplist_gate_lists(world.gate, &text, &error))) {
    EXPECT(stoplist_text_len(text) == strlen(stoplist_text_data(text)), "a text has a NUL in it");
    EXPECT(strcmp(stoplist_text_data(text), "[\"blocked\"]") == 0, "the lists are %s", stoplist_text_data(text));
  }
  stoplist_text_free(text);
  int32_t status = stoplist_number_parse(STOPLIST_TEXT("+1 202"), NULL, 0, &number, &error);
  EXPECT(status == STOPLIST_NOT_A_NUMBER && number == 7, "+1 202: %s", stoplist_status_name(status));
  EXPECT(strcmp(stoplist_error_code(error), stoplist_refusal_name(STOPLIST_REFUSAL_TOO_SHORT)) == 0, "+1 202: %s",
         stoplist_error_code(error));
  stoplist_error_free(error);
}

/* The handle of a store is protected: from garbage, and from being closed twice. */
static void closing(void) {
  stoplist_error *error = NULL;
  stoplist_store *made = NULL;
  stoplist_verdict verdict;
  char path[1200];
  const uintptr_t garbage[] = {1, 2, 3, 0xdeadbeef, UINTPTR_MAX, (uintptr_t)world.store + 2, (uintptr_t)&made};
  for (size_t at = 0; at < sizeof garbage / sizeof garbage[0]; at++) {
    int32_t status = stoplist_store_close((stoplist_store *)garbage[at], NULL);
    EXPECT(status == STOPLIST_CLOSED, "closing %#llx: %s", (unsigned long long)garbage[at],
           stoplist_status_name(status));
  }
  for (int at = 0; at < 2; at++) {
    int32_t status = stoplist_store_close(world.closed_store, &error);
    EXPECT(status == STOPLIST_CLOSED && strcmp(stoplist_error_code(error), "closed") == 0, "closing twice: %s",
           stoplist_status_name(status));
    stoplist_error_free(error);
    error = NULL;
  }
  /* Another store in its place is not meant by the old handle. */
  snprintf(path, sizeof path, "%s/another", world.scratch);
  if (SUCCEEDS(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), NULL, &made, &error))) {
    uint64_t generation = 0;
    EXPECT(made != world.closed_store, "a handle is given twice");
    EXPECT(stoplist_store_close(world.closed_store, NULL) == STOPLIST_CLOSED, "an old handle closes another store");
    EXPECT(stoplist_store_generation(made, &generation, NULL) == STOPLIST_OK, "another store is closed");
    SUCCEEDS(stoplist_store_close(made, &error));
  }
  /* What was frozen of a closed store goes on, and so does a report. */
  EXPECT(stoplist_gate_check(world.frozen, 12025550101, &verdict, NULL) == STOPLIST_OK &&
             verdict.verdict == STOPLIST_BLOCK,
         "a frozen gate forgets");
}

static void zero_lengths(void) {
  stoplist_error *error = NULL;
  stoplist_text *json = NULL;
  stoplist_verdict verdict;
  uint64_t generation = 0, number = 7;
  SUCCEEDS(stoplist_gate_check_numbers(world.gate, NULL, 0, NULL, &generation, &error));
  EXPECT(generation > 0, "no generation of no numbers");
  generation = 0;
  SUCCEEDS(stoplist_gate_check_texts(world.gate, NULL, NULL, 0, NULL, NULL, &generation, &error));
  EXPECT(generation > 0, "no generation of no texts");
  SUCCEEDS(stoplist_gate_check_text(world.gate, NULL, 0, &verdict, &error));
  EXPECT(verdict.verdict == STOPLIST_INVALID && verdict.refusal == STOPLIST_REFUSAL_EMPTY, "an empty text is %d, %d",
         verdict.verdict, verdict.refusal);
  /* An entry may be empty as well. */
  const char *texts[] = {NULL, "+12025550101"};
  const size_t lens[] = {0, 12};
  uint8_t verdicts[2] = {0};
  SUCCEEDS(stoplist_gate_check_texts(world.gate, texts, lens, 2, verdicts, NULL, NULL, &error));
  EXPECT(verdicts[0] == STOPLIST_INVALID && verdicts[1] == STOPLIST_BLOCK, "verdicts %d, %d", verdicts[0], verdicts[1]);
  SUCCEEDS(stoplist_contact_find(world.store, STOPLIST_TEXT("ana"), NULL, 0, &json, &error));
  stoplist_text_free(json);
  int32_t status = stoplist_number_parse(NULL, 0, NULL, 0, &number, &error);
  EXPECT(status == STOPLIST_NOT_A_NUMBER && strcmp(stoplist_error_code(error), "empty") == 0, "an empty text: %s",
         stoplist_status_name(status));
  stoplist_error_free(error);
  status = stoplist_store_open(NULL, 0, NULL, &world.closed_store, NULL);
  EXPECT(status == STOPLIST_INVALID_ARGUMENT, "an empty path: %s", stoplist_status_name(status));
  status = stoplist_message_record(world.store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("+12025550111"), 0,
                                   STOPLIST_TEXT("x"), 0, NULL, NULL);
  EXPECT(status == STOPLIST_INVALID_ARGUMENT, "no direction: %s", stoplist_status_name(status));
}

/* Numbers that are none are a verdict, whatever they are. */
static void odd_numbers(void) {
  const uint64_t odd[] = {0, 1, 999999, 1000000000000000, UINT64_MAX, UINT64_C(1) << 63};
  enum { COUNT = sizeof odd / sizeof odd[0] };
  uint8_t verdicts[COUNT] = {0};
  stoplist_error *error = NULL;
  SUCCEEDS(stoplist_gate_check_numbers(world.gate, odd, COUNT, verdicts, NULL, &error));
  for (size_t at = 0; at < COUNT; at++) {
    stoplist_verdict verdict = {0};
    SUCCEEDS(stoplist_gate_check(world.gate, odd[at], &verdict, &error));
    EXPECT(verdict.verdict == STOPLIST_INVALID && verdict.refusal != 0 && verdict.number == 0, "%llu is %d, %d",
           (unsigned long long)odd[at], verdict.verdict, verdict.refusal);
    EXPECT(verdicts[at] == STOPLIST_INVALID, "%llu is %d among others", (unsigned long long)odd[at], verdicts[at]);
  }
}

static void by_hand(void) {
  names_of_codes();
  nothing_at_all();
  texts_and_errors();
  closing();
  zero_lengths();
  odd_numbers();
}

/* -- Is every function of the library here? ------------------------------------------------------------ */

static int is_known(const char *name) {
  for (size_t at = 0; at < FUNCTION_COUNT; at++) {
    if (strcmp(FUNCTIONS[at].name, name) == 0) {
      return 1;
    }
  }
  for (size_t at = 0; at < BY_HAND_COUNT; at++) {
    if (strcmp(BY_HAND[at], name) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Names in the file of the library, between NULs, that it exports. */
static void find_others(const char *bytes, size_t size, void *library) {
  static const char start[] = "\0stoplist_";
  for (size_t at = 0; at + sizeof start < size; at++) {
    const char *name = bytes + at + 1;
    if (memcmp(bytes + at, start, sizeof start - 1) != 0) {
      continue;
    }
    size_t len = 0;
    while (at + 1 + len < size && name[len] != '\0' && len < 100) {
      len++;
    }
    if (name[len] == '\0' && dlsym(library, name) != NULL) {
      EXPECT(is_known(name), "%s is exported, and not tried here", name);
    }
  }
}

static void look_for_others(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  FILE *file = fopen(path, "rb");
  char *bytes = NULL;
  long size = 0;
  EXPECT(library != NULL && file != NULL, "%s cannot be read", path);
  if (library != NULL && file != NULL && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) > 0 &&
      fseek(file, 0, SEEK_SET) == 0 && (bytes = malloc((size_t)size)) != NULL &&
      EXPECT(fread(bytes, 1, (size_t)size, file) == (size_t)size, "%s cannot be read", path)) {
    for (size_t at = 0; at < FUNCTION_COUNT; at++) {
      EXPECT(dlsym(library, FUNCTIONS[at].name) != NULL, "%s is not exported", FUNCTIONS[at].name);
    }
    find_others(bytes, (size_t)size, library);
  }
  free(bytes);
  if (file != NULL) {
    fclose(file);
  }
  if (library != NULL) {
    dlclose(library);
  }
}

/* -- All of it ------------------------------------------------------------------------------------------ */

static stoplist_pass *begin_pass(const stoplist_filter *filter, struct heap *heap) {
  stoplist_pass *pass = NULL;
  stoplist_error *error = NULL;
  struct counted *stream = make_stream(heap, batch_schema(heap), NULL);
  SUCCEEDS(stoplist_filter_stream(filter, &stream->is.stream, &pass, &error));
  return pass;
}

static int make_store(const char *path, stoplist_store **store, stoplist_gate **gate, stoplist_filter **filter,
                      stoplist_pass **pass, struct heap *heap) {
  stoplist_error *error = NULL;
  const char *who[] = {"+12025550101"};
  const size_t who_lens[] = {12};
  stoplist_documentation why = {.size = sizeof why, .reason = "spam", .reason_len = 4};
  stoplist_store_options options = {.size = sizeof options, .sync_interval_ms = 100};
  stoplist_filter_options wanted = {.size = sizeof wanted, .threads = 1, .excluded = 1};
  return SUCCEEDS(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), &options, store, &error)) &&
         SUCCEEDS(stoplist_store_block(*store, STOPLIST_TEXT("ana"), who, who_lens, 1, &why, NULL, NULL, &error)) &&
         SUCCEEDS(stoplist_gate_open(*store, NULL, gate, &error)) &&
         SUCCEEDS(stoplist_filter_open(*store, NULL, &wanted, filter, &error)) &&
         (*pass = begin_pass(*filter, heap)) != NULL;
}

static int make_world(const char *scratch, struct heap *heap) {
  stoplist_error *error = NULL;
  world.scratch = scratch;
  snprintf(world.path, sizeof world.path, "%s/store", scratch);
  snprintf(world.closed_path, sizeof world.closed_path, "%s/closed", scratch);
  snprintf(world.index, sizeof world.index, "%s/blocked.idx", scratch);
  snprintf(world.numbers, sizeof world.numbers, "%s/numbers.csv", scratch);
  FILE *file = fopen(world.numbers, "w");
  int is_written = file != NULL && fputs("phone,name\n+12025550121,Ada\n", file) >= 0;
  is_written = file != NULL && fclose(file) == 0 && is_written;
  return EXPECT(is_written, "%s cannot be written", world.numbers) &&
         make_store(world.path, &world.store, &world.gate, &world.filter, &world.pass, heap) &&
         make_store(world.closed_path, &world.closed_store, &world.closed_gate, &world.closed_filter,
                    &world.closed_pass, heap) &&
         SUCCEEDS(stoplist_gate_freeze(world.closed_gate, &world.frozen, &error)) &&
         SUCCEEDS(stoplist_store_close(world.closed_store, &error)) &&
         SUCCEEDS(stoplist_pass_report(world.pass, &world.report, &error)) &&
         SUCCEEDS(stoplist_list_export(world.store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("blocked"), world.index,
                                       strlen(world.index), NULL, &error));
}

int main(int argc, char **argv) {
  struct heap heap = {0};
  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY [LIBRARY]\n", argv[0]);
    return 1;
  }
  unsigned variants = 0;
  if (make_world(argv[1], &heap)) {
    for (size_t at = 0; at < FUNCTION_COUNT; at++) {
      variants += try_function(&FUNCTIONS[at]);
    }
    by_hand();
    if (argc > 2) {
      look_for_others(argv[2]);
    }
  }
  stoplist_report_free(world.report);
  stoplist_pass_free(world.pass);
  stoplist_pass_free(world.closed_pass);
  stoplist_filter_free(world.filter);
  stoplist_filter_free(world.closed_filter);
  stoplist_gate_free(world.gate);
  stoplist_gate_free(world.closed_gate);
  stoplist_gate_free(world.frozen);
  EXPECT(stoplist_store_close(world.store, NULL) == STOPLIST_OK, "the store does not close");
  heap_end(&heap, "what the passes read");
  printf("%d functions in %u variants, %d by hand: %u are not as they should be\n", FUNCTION_COUNT, variants,
         BY_HAND_COUNT, test_failures);
  return test_failures != 0;
}
