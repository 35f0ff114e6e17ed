/* May many threads ask one gate while others change what it answers?
 *
 * Yes, without a lock of their own. And a number whose block call has returned is never allowed again: four
 * threads check that, while a fifth blocks one number after the other. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { READERS = 4, BLOCKS = 2000, QUICK_BLOCKS = 200 };

static const uint64_t FIRST = 12025000000;

struct shared {
  const stoplist_gate *gate;
  uint64_t blocks;              /* how many numbers get blocked */
  atomic_uint_fast64_t blocked; /* so many block calls have returned */
  atomic_bool is_over;          /* the writer has ended, one way or the other */
};

struct reader {
  struct shared *shared;
  uint64_t checks;
  int result;
};

static void *check(void *argument) {
  struct reader *reader = argument;
  struct shared *shared = reader->shared;
  stoplist_error *error = NULL;
  uint64_t blocked, random = reader->checks + 88172645463325252u;
  reader->checks = 0;
  do {
    /* First how far the blocks are, then the question. */
    blocked = atomic_load(&shared->blocked);
    if (blocked == 0) {
      continue;
    }
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    /* The newest as well as any: the newest is where a late change would show. */
    uint64_t at = random % 2 == 0 ? blocked - 1 : random % blocked;
    stoplist_verdict verdict;
    OK(stoplist_gate_check(shared->gate, FIRST + at, &verdict, &error));
    CHECK(verdict.verdict == STOPLIST_BLOCK);

    uint64_t numbers[8];
    uint8_t verdicts[8] = {0};
    for (size_t one = 0; one < 8; one++) {
      numbers[one] = FIRST + (at + one) % blocked;
    }
    OK(stoplist_gate_check_numbers(shared->gate, numbers, 8, verdicts, NULL, &error));
    for (size_t one = 0; one < 8; one++) {
      CHECK(verdicts[one] == STOPLIST_BLOCK);
    }
    reader->checks += 9;
  } while (blocked < shared->blocks && !atomic_load(&shared->is_over));
  reader->result = 0;

done:
  stoplist_error_free(error);
  return NULL;
}

int main(int argc, char **argv) {
  stoplist_store *store = NULL;
  stoplist_gate *gate = NULL;
  stoplist_error *error = NULL;
  struct shared shared = {0};
  struct reader readers[READERS];
  pthread_t threads[READERS];
  unsigned started = 0;
  int result = 1;

  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  char path[1024];
  snprintf(path, sizeof path, "%s/store", argv[1]);
  stoplist_store_options options = {.size = sizeof options, .sync_interval_ms = 50};
  OK(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), &options, &store, &error));
  OK(stoplist_gate_open(store, NULL, &gate, &error));

  shared.gate = gate;
  shared.blocks = getenv("STOPLIST_QUICK") != NULL ? QUICK_BLOCKS : BLOCKS;
  for (; started < READERS; started++) {
    readers[started] = (struct reader){.shared = &shared, .checks = started, .result = 1};
    CHECK(pthread_create(&threads[started], NULL, check, &readers[started]) == 0);
  }

  stoplist_documentation why = {.size = sizeof why, .reason = "opt_out", .reason_len = 7};
  for (uint64_t at = 0; at < shared.blocks; at++) {
    char number[24];
    const char *who[] = {number};
    const size_t who_lens[] = {
        (size_t)snprintf(number, sizeof number, "+%llu", (unsigned long long)(FIRST + at))};
    OK(stoplist_store_block(store, STOPLIST_TEXT("ana"), who, who_lens, 1, &why, NULL, NULL, &error));
    atomic_store(&shared.blocked, at + 1);
  }
  result = 0;

done:
  atomic_store(&shared.is_over, true);
  for (unsigned at = 0; at < started; at++) {
    pthread_join(threads[at], NULL);
    result |= readers[at].result;
  }
  if (result == 0) {
    uint64_t checks = 0;
    for (unsigned at = 0; at < started; at++) {
      checks += readers[at].checks;
    }
    printf("%llu blocks, %llu checks on the side, no blocked number allowed\n",
           (unsigned long long)shared.blocks, (unsigned long long)checks);
  }
  stoplist_error_free(error);
  stoplist_gate_free(gate);
  if (stoplist_store_close(store, NULL) != STOPLIST_OK) {
    result = 1;
  }
  return result;
}
