/* How does a program check a million recipients at once?
 *
 * It hands over arrays: numbers or texts in, a byte for each out. All answers of a call are of one moment.
 * A sorted array, searched by hand, says what they have to be. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How many numbers are asked; every tenth of them is listed. */
enum { MANY = 1000000, FEW = 20000, WIDTH = 32 };

/* xorshift64*: the same numbers every time. */
static uint64_t next_random(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 2685821657736338717u;
}

/* A number of the North American plan: area code and exchange begin with 2 to 9. */
static uint64_t next_number(uint64_t *state) {
  uint64_t random = next_random(state);
  uint64_t area = 200 + random % 800;
  uint64_t rest = 2000000 + random / 1000 % 8000000;
  return 10000000000u + area * 10000000 + rest;
}

static int compare(const void *left, const void *right) {
  uint64_t one = *(const uint64_t *)left, other = *(const uint64_t *)right;
  return (one > other) - (one < other);
}

/* As people write a number; some write none. Returns whether this is one. */
static int write_text(char *text, uint64_t number, size_t at) {
  unsigned area = (unsigned)(number / 10000000 % 1000), exchange = (unsigned)(number / 10000 % 1000);
  unsigned line = (unsigned)(number % 10000);
  switch (at % 8) {
    case 5:
      snprintf(text, WIDTH, "(%03u) %03u-%04u", area, exchange, line);
      return 1;
    case 6:
      snprintf(text, WIDTH, "%03u%03u%04u", area, exchange, line);
      return 1;
    case 7:
      snprintf(text, WIDTH, at % 16 == 7 ? "n/a" : "+1 %03u", area);
      return 0;
    default:
      snprintf(text, WIDTH, "+%llu", (unsigned long long)number);
      return 1;
  }
}

/* A file as registries give them: a number a line. */
static int write_lines(const char *path, const uint64_t *numbers, size_t count) {
  FILE *file = fopen(path, "w");
  if (file == NULL) {
    return 0;
  }
  for (size_t at = 0; at < count; at++) {
    fprintf(file, "+%llu\n", (unsigned long long)numbers[at]);
  }
  int failed = ferror(file);
  return fclose(file) == 0 && !failed;
}

static double seconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

int main(int argc, char **argv) {
  stoplist_store *store = NULL;
  stoplist_gate *gate = NULL;
  stoplist_text *json = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  size_t count = getenv("STOPLIST_QUICK") != NULL ? FEW : MANY;
  size_t listed_count = count / 10;
  uint64_t *listed = malloc(listed_count * sizeof *listed);
  uint64_t *numbers = malloc(count * sizeof *numbers);
  uint64_t *parsed = malloc(count * sizeof *parsed);
  uint8_t *verdicts = malloc(count);
  char *bytes = malloc(count * WIDTH);
  const char **texts = malloc(count * sizeof *texts);
  size_t *text_lens = malloc(count * sizeof *text_lens);
  uint8_t *is_number = malloc(count);
  CHECK(listed && numbers && parsed && verdicts && bytes && texts && text_lens && is_number);

  char path[1024], registry[1024];
  snprintf(path, sizeof path, "%s/store", argv[1]);
  snprintf(registry, sizeof registry, "%s/registry.txt", argv[1]);

  /* Half of those listed are asked again below; so are numbers of which hardly one is listed. */
  uint64_t random = 42;
  for (size_t at = 0; at < listed_count; at++) {
    listed[at] = next_number(&random);
  }
  CHECK(write_lines(registry, listed, listed_count));
  for (size_t at = 0; at < count; at++) {
    numbers[at] = at % 20 == 0 ? listed[at / 10] : next_number(&random);
    char *text = bytes + at * WIDTH;
    is_number[at] = (uint8_t)write_text(text, numbers[at], at);
    texts[at] = text;
    text_lens[at] = strlen(text);
  }
  qsort(listed, listed_count, sizeof *listed, compare);

  /* A registry is a list of bare numbers: made once, then imported from a file, in one change. */
  OK(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), NULL, &store, &error));
  stoplist_list_settings settings = {.size = sizeof settings, .traffic = STOPLIST_BROADCAST};
  OK(stoplist_list_create(store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("dnc"), &settings, NULL, &error));
  OK(stoplist_list_import(store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("dnc"), registry, strlen(registry),
                          NULL, NULL, NULL, &json, &error));
  printf("imported: %s\n", stoplist_text_data(json));

  stoplist_gate_options options = {.size = sizeof options, .traffic = STOPLIST_BROADCAST};
  options.region = "US";
  options.region_len = 2;
  OK(stoplist_gate_open(store, &options, &gate, &error));

  struct timespec start;
  uint64_t generation = 0;
  clock_gettime(CLOCK_MONOTONIC, &start);
  OK(stoplist_gate_check_numbers(gate, numbers, count, verdicts, &generation, &error));
  double seconds = seconds_since(&start);
  size_t blocked = 0;
  for (size_t at = 0; at < count; at++) {
    int is_listed = bsearch(&numbers[at], listed, listed_count, sizeof *listed, compare) != NULL;
    CHECK(verdicts[at] == (is_listed ? STOPLIST_BLOCK : STOPLIST_ALLOW));
    blocked += (size_t)is_listed;
  }
  CHECK(blocked >= count / 20);
  printf("%zu numbers: %zu blocked at generation %llu, %.1f ns each\n", count, blocked,
         (unsigned long long)generation, seconds / (double)count * 1e9);

  /* Of texts it also wants to know which numbers they mean. */
  clock_gettime(CLOCK_MONOTONIC, &start);
  OK(stoplist_gate_check_texts(gate, texts, text_lens, count, verdicts, parsed, NULL, &error));
  seconds = seconds_since(&start);
  size_t counts[4] = {0};
  for (size_t at = 0; at < count; at++) {
    int is_listed = bsearch(&numbers[at], listed, listed_count, sizeof *listed, compare) != NULL;
    int expected = is_listed ? STOPLIST_BLOCK : STOPLIST_ALLOW;
    CHECK(verdicts[at] == (is_number[at] ? expected : STOPLIST_INVALID));
    CHECK(parsed[at] == (is_number[at] ? numbers[at] : 0));
    counts[verdicts[at]]++;
  }
  printf("%zu texts: %zu allowed, %zu blocked, %zu invalid, %.1f ns each\n", count,
         counts[STOPLIST_ALLOW], counts[STOPLIST_BLOCK], counts[STOPLIST_INVALID],
         seconds / (double)count * 1e9);
  result = 0;

done:
  stoplist_error_free(error);
  stoplist_text_free(json);
  stoplist_gate_free(gate);
  if (stoplist_store_close(store, NULL) != STOPLIST_OK) {
    result = 1;
  }
  free(listed);
  free(numbers);
  free(parsed);
  free(verdicts);
  free(bytes);
  free(texts);
  free(text_lens);
  free(is_number);
  return result;
}
