/* How does a program hear of every change of a store?
 *
 * It asks for the changes after the last one that it knows and waits for the next; `next` of the answer
 * is where it goes on, also after a restart. One thread writes here, the other follows. */
#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CHANGES = 40 };

struct writer {
  const stoplist_store *store;
  int result;
};

static void *write_changes(void *argument) {
  struct writer *writer = argument;
  stoplist_error *error = NULL;
  stoplist_documentation why = {.size = sizeof why, .reason = "opt_out", .reason_len = 7};
  for (unsigned at = 0; at < CHANGES; at++) {
    char number[16];
    const char *who[] = {number};
    const size_t who_lens[] = {(size_t)snprintf(number, sizeof number, "+120255501%02u", at)};
    OK(stoplist_store_block(writer->store, STOPLIST_TEXT("ana"), who, who_lens, 1, &why, NULL, NULL, &error));
  }
  writer->result = 0;

done:
  stoplist_error_free(error);
  return NULL;
}

/* The generation behind `"next":`. A program with a JSON library reads it with that. */
static uint64_t next_of(const char *json) {
  const char *next = strstr(json, "\"next\":");
  return next == NULL ? 0 : strtoull(next + strlen("\"next\":"), NULL, 10);
}

int main(int argc, char **argv) {
  stoplist_store *store = NULL;
  stoplist_text *json = NULL;
  stoplist_error *error = NULL;
  pthread_t thread;
  int is_writing = 0, result = 1;
  struct writer writer = {.result = 1};

  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  char path[1024];
  snprintf(path, sizeof path, "%s/store", argv[1]);
  OK(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), NULL, &store, &error));
  uint64_t since = 0;
  OK(stoplist_store_generation(store, &since, &error));

  /* Nothing comes: the answer is empty, and `next` stays where it was. */
  OK(stoplist_store_changes(store, STOPLIST_TEXT("ana"), since, 0, 50, &json, &error));
  CHECK(next_of(stoplist_text_data(json)) == since);
  stoplist_text_free(json);
  json = NULL;

  writer.store = store;
  CHECK(pthread_create(&thread, NULL, write_changes, &writer) == 0);
  is_writing = 1;
  unsigned seen = 0, answers = 0;
  while (seen < CHANGES) {
    OK(stoplist_store_changes(store, STOPLIST_TEXT("ana"), since, 10, 10000, &json, &error));
    const char *changes = stoplist_text_data(json);
    unsigned count = 0;
    for (const char *at = changes; (at = strstr(at, "\"event\":\"blocked\"")) != NULL; at++) {
      /* In their order, each once. */
      char target[40];
      snprintf(target, sizeof target, "\"targets\":[\"+120255501%02u\"]", seen + count);
      CHECK(strstr(changes, target) != NULL);
      count++;
    }
    CHECK(count > 0 && count <= 10 && next_of(changes) == since + count);
    since = next_of(changes);
    seen += count;
    answers++;
    if (seen == CHANGES) {
      printf("%u changes in %u answers, the last: %s\n", seen, answers, changes);
    }
    stoplist_text_free(json);
    json = NULL;
  }
  result = 0;

done:
  if (is_writing) {
    pthread_join(thread, NULL);
    result |= writer.result;
  }
  stoplist_error_free(error);
  stoplist_text_free(json);
  if (stoplist_store_close(store, NULL) != STOPLIST_OK) {
    result = 1;
  }
  return result;
}
