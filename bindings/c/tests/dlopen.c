/* Can the library be opened and closed again and again, without the process growing?
 *
 * 200 times: dlopen, make a store, block, check, filter, close, dlclose. What is resident after that is
 * about what it was after 20 times. */
#include "test.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROUNDS = 200, QUICK_ROUNDS = 40, WARM = 20, MOST_GROWTH_KIB = 4096 };

/* The functions that a round needs, with the types of the header. */
struct library {
  int32_t (*stoplist_store_create)(const char *, size_t, const char *, size_t, const stoplist_store_options *,
                                   stoplist_store **, stoplist_error **);
  int32_t (*stoplist_store_block)(const stoplist_store *, const char *, size_t, const char *const *,
                                  const size_t *, size_t, const stoplist_documentation *,
                                  const stoplist_block_options *, stoplist_text **, stoplist_error **);
  int32_t (*stoplist_store_close)(stoplist_store *, stoplist_error **);
  int32_t (*stoplist_gate_open)(const stoplist_store *, const stoplist_gate_options *, stoplist_gate **,
                                stoplist_error **);
  int32_t (*stoplist_gate_check_text)(const stoplist_gate *, const char *, size_t, stoplist_verdict *,
                                      stoplist_error **);
  void (*stoplist_gate_free)(stoplist_gate *);
  int32_t (*stoplist_filter_open)(const stoplist_store *, const stoplist_gate_options *,
                                  const stoplist_filter_options *, stoplist_filter **, stoplist_error **);
  int32_t (*stoplist_filter_batch)(const stoplist_filter *, struct ArrowArray *, struct ArrowSchema *,
                                   struct ArrowArray *, struct ArrowSchema *, struct ArrowArray *,
                                   struct ArrowSchema *, stoplist_report **, stoplist_error **);
  void (*stoplist_filter_free)(stoplist_filter *);
  const char *(*stoplist_error_message)(const stoplist_error *);
  void (*stoplist_error_free)(stoplist_error *);
};

/* POSIX lets the address of a function be one of an object; C does not, so its bytes are copied. */
static int find(void *handle, const char *name, void *function) {
  void *found = dlsym(handle, name);
  memcpy(function, &found, sizeof found);
  return EXPECT(found != NULL, "%s: %s", name, dlerror());
}

static int load(void *handle, struct library *library) {
#define FIND(name) find(handle, #name, &library->name)
  return FIND(stoplist_store_create) && FIND(stoplist_store_block) && FIND(stoplist_store_close) &&
         FIND(stoplist_gate_open) && FIND(stoplist_gate_check_text) && FIND(stoplist_gate_free) &&
         FIND(stoplist_filter_open) && FIND(stoplist_filter_batch) && FIND(stoplist_filter_free) &&
         FIND(stoplist_error_message) && FIND(stoplist_error_free);
#undef FIND
}

/* A batch of two integers, one of which is blocked; nothing of it is on the heap. */
static unsigned released;
static void release_array(struct ArrowArray *array) {
  array->release = NULL;
  released++;
}
static void release_schema(struct ArrowSchema *schema) {
  schema->release = NULL;
  released++;
}

static void filter(const struct library *library, const stoplist_store *store, unsigned round) {
  static const int64_t numbers[2] = {442079460001, 442079460002};
  const void *buffers[2] = {NULL, numbers}, *no_buffers[1] = {NULL};
  struct ArrowArray column = {.length = 2, .n_buffers = 2, .buffers = buffers, .release = release_array};
  struct ArrowArray *columns[1] = {&column};
  struct ArrowArray array = {.length = 2, .n_buffers = 1, .n_children = 1, .buffers = no_buffers};
  struct ArrowSchema field = {.format = "l", .name = "phone", .release = release_schema};
  struct ArrowSchema *fields[1] = {&field};
  struct ArrowSchema schema = {.format = "+s", .n_children = 1, .children = fields, .release = release_schema};
  struct ArrowArray kept = {0};
  struct ArrowSchema kept_schema = {0};
  stoplist_filter *handle = NULL;
  stoplist_error *error = NULL;
  array.children = columns;
  array.release = release_array;

  int32_t status = library->stoplist_filter_open(store, NULL, NULL, &handle, &error);
  if (EXPECT(status == STOPLIST_OK, "round %u: %s", round, library->stoplist_error_message(error))) {
    status = library->stoplist_filter_batch(handle, &array, &schema, &kept, &kept_schema, NULL, NULL, NULL, &error);
    EXPECT(status == STOPLIST_OK, "round %u: %s", round, library->stoplist_error_message(error));
    EXPECT(kept.length == 1, "round %u: %lld rows are kept", round, (long long)kept.length);
  }
  library->stoplist_error_free(error);
  if (kept.release != NULL) {
    kept.release(&kept);
    kept_schema.release(&kept_schema);
  }
  library->stoplist_filter_free(handle);
}

static void use(const struct library *library, const char *path, unsigned round) {
  stoplist_store *store = NULL;
  stoplist_gate *gate = NULL;
  stoplist_error *error = NULL;
  const char *who[] = {"+442079460001"};
  const size_t who_lens[] = {13};
  stoplist_documentation why = {.size = sizeof why, .reason = "opt_out", .reason_len = 7};
  stoplist_gate_options options = {.size = sizeof options, .region = "GB", .region_len = 2};
  stoplist_store_options interval = {.size = sizeof interval, .sync_interval_ms = 1000,
                                     /* The database of the state frees its memory late. */
                                     .state_in_memory = 1};
  static const char *const texts[] = {"+442079460001", "020 7946-0001 ext. 5"};
  stoplist_verdict verdict = {0};

  /* One by the quick way and one by all the rules, which a library that is opened anew has to read anew. */
  int32_t status =
      library->stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), &interval, &store, &error);
  if (status == STOPLIST_OK) {
    status = library->stoplist_store_block(store, STOPLIST_TEXT("ana"), who, who_lens, 1, &why, NULL, NULL, &error);
  }
  if (status == STOPLIST_OK) {
    status = library->stoplist_gate_open(store, &options, &gate, &error);
  }
  for (size_t at = 0; at < 2 && status == STOPLIST_OK; at++) {
    status = library->stoplist_gate_check_text(gate, texts[at], strlen(texts[at]), &verdict, &error);
    EXPECT(verdict.verdict == STOPLIST_BLOCK, "round %u: %s is %d", round, texts[at], verdict.verdict);
  }
  EXPECT(status == STOPLIST_OK, "round %u: status %d: %s", round, status, library->stoplist_error_message(error));
  if (status == STOPLIST_OK) {
    filter(library, store, round);
  }
  library->stoplist_error_free(error);
  library->stoplist_gate_free(gate);
  EXPECT(library->stoplist_store_close(store, NULL) == STOPLIST_OK, "round %u: the store does not close", round);
}

/* What of the process is in memory, in KiB; 0 where nobody says. */
static long resident_kib(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file != NULL) {
    if (fscanf(file, "%*s %ld", &pages) != 1) {
      pages = 0;
    }
    fclose(file);
  }
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s DIRECTORY LIBRARY\n", argv[0]);
    return 1;
  }
  unsigned rounds = getenv("STOPLIST_QUICK") != NULL ? QUICK_ROUNDS : ROUNDS;
  long warm = 0;
  for (unsigned round = 0; round < rounds && test_failures == 0; round++) {
    struct library library;
    char path[1024];
    snprintf(path, sizeof path, "%s/store-%u", argv[1], round);
    void *handle = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
    if (!EXPECT(handle != NULL, "round %u: %s", round, dlerror())) {
      break;
    }
    released = 0;
    if (load(handle, &library)) {
      use(&library, path, round);
    }
    EXPECT(dlclose(handle) == 0, "round %u: %s", round, dlerror());
    /* A structure is released by its parent or with it: here by whoever holds the parent. */
    EXPECT(released >= 2, "round %u: the batch was not released", round);
    if (round + 1 == WARM) {
      warm = resident_kib();
    }
  }
  long end = resident_kib();
  printf("%u rounds: %ld KiB resident after %d, %ld KiB at the end\n", rounds, warm, WARM, end);
#ifndef __SANITIZE_ADDRESS__
  /* A sanitizer keeps what is freed for a while, to catch whoever uses it. */
  if (getenv("STOPLIST_QUICK") == NULL) {
    EXPECT(end - warm < MOST_GROWTH_KIB, "%ld KiB more than after %d rounds", end - warm, WARM);
  }
#endif
  return test_failures != 0;
}
