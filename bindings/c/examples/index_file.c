/* How do many processes check without the store?
 *
 * One process has the store open. It exports a list as an index file; any number of others map that file,
 * without copying it, and ask it as they would ask the store. The second process here is this program
 * again, started with other arguments. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* The second process: knows nothing but the file, and which change it includes. */
static int read_index(const char *path, uint64_t generation) {
  stoplist_gate *gate = NULL;
  stoplist_text *json = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  OK(stoplist_gate_open_index(path, strlen(path), STOPLIST_TEXT("dnc"), generation, STOPLIST_TEXT("US"), &gate,
                              &error));
  static const struct {
    const char *text;
    int32_t expected;
  } recipients[] = {
      {"+12025550142", STOPLIST_BLOCK},
      {"(202) 555-0143", STOPLIST_BLOCK},
      {"202-555-0144", STOPLIST_ALLOW},
      {"555-0142", STOPLIST_INVALID},
  };
  for (size_t at = 0; at < sizeof recipients / sizeof recipients[0]; at++) {
    const char *text = recipients[at].text;
    stoplist_verdict verdict;
    OK(stoplist_gate_check_text(gate, text, strlen(text), &verdict, &error));
    CHECK(verdict.verdict == recipients[at].expected && verdict.generation == generation);
    CHECK(strcmp(verdict.list, verdict.verdict == STOPLIST_BLOCK ? "dnc" : "") == 0);
    printf("process %ld: %-15s %s\n", (long)getpid(), text,
           verdict.verdict == STOPLIST_ALLOW ? "allow" : verdict.verdict == STOPLIST_BLOCK ? "block" : "invalid");
  }
  OK(stoplist_gate_lists(gate, &json, &error));
  CHECK(strcmp(stoplist_text_data(json), "[\"dnc\"]") == 0);
  result = 0;

done:
  stoplist_error_free(error);
  stoplist_text_free(json);
  stoplist_gate_free(gate);
  return result;
}

static int write_file(const char *path, const char *content) {
  FILE *file = fopen(path, "w");
  if (file == NULL) {
    return 0;
  }
  int failed = fputs(content, file) < 0;
  return fclose(file) == 0 && !failed;
}

/* Starts this program again, as the reader, and waits for it. */
static int run_reader(const char *program, const char *path, uint64_t generation) {
  char text[24];
  int status = 0;
  snprintf(text, sizeof text, "%llu", (unsigned long long)generation);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    execlp(program, program, "--read", path, text, (char *)NULL);
    _exit(127);
  }
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv) {
  stoplist_store *store = NULL;
  stoplist_text *json = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  if (argc == 4 && strcmp(argv[1], "--read") == 0) {
    return read_index(argv[2], strtoull(argv[3], NULL, 10));
  }
  char path[1024], registry[1024], index[1024];
  snprintf(path, sizeof path, "%s/store", argv[1]);
  snprintf(registry, sizeof registry, "%s/registry.csv", argv[1]);
  snprintf(index, sizeof index, "%s/dnc.idx", argv[1]);
  CHECK(write_file(registry, "phone,added\n+12025550142,2026-01-31\n+12025550143,2026-02-01\n"));

  OK(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), NULL, &store, &error));
  stoplist_list_settings settings = {.size = sizeof settings, .traffic = STOPLIST_OUTBOUND};
  uint64_t generation = 0;
  OK(stoplist_list_create(store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("dnc"), &settings, NULL, &error));
  OK(stoplist_list_import(store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("dnc"), registry, strlen(registry), NULL,
                          NULL, NULL, NULL, &error));
  OK(stoplist_store_generation(store, &generation, &error));

  /* The file appears whole or not at all, so a newer one may take its place while it is read. */
  OK(stoplist_list_export(store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("dnc"), index, strlen(index), &json,
                          &error));
  printf("process %ld: exported %s\n", (long)getpid(), stoplist_text_data(json));

  /* The store stays open here meanwhile. */
  CHECK(run_reader(argv[0], index, generation));
  result = 0;

done:
  stoplist_error_free(error);
  stoplist_text_free(json);
  if (stoplist_store_close(store, NULL) != STOPLIST_OK) {
    result = 1;
  }
  return result;
}
