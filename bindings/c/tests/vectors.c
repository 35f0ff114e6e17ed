/* Does the C interface give the answers that bindings/vectors.json expects?
 *
 *   program SCRATCH_DIR LIBRARY_PATH < requests > answers
 *
 * A request a line, an answer a line; bindings/vectors.md says their form. `cargo xtask vectors` asks and compares.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stoplist.h"

enum { MAX_FIELDS = 12, MAX_PARTS = 64 };

/* A text and its length, as the calls take it. */
#define T(text) (text), strlen(text)

/* What the answers are about. */
static stoplist_store *store;
static char store_path[4096];
static char file_path[4096];
static const char *scratch;
static unsigned stores;

/* The fields of the request, without its verb. */
static char *field[MAX_FIELDS];

/* What a comma parts. */
typedef struct {
  size_t count;
  const char *texts[MAX_PARTS];
  size_t lens[MAX_PARTS];
} parts;

static void give_up(const char *why) {
  fprintf(stderr, "vectors: %s\n", why);
  exit(2);
}

/* -- Reading ------------------------------------------------------------------------------------ */

static void unescape(char *text) {
  char *to = text;
  for (; *text != '\0'; ++text) {
    if (*text == '\\') {
      ++text;
      *to++ = *text == 't' ? '\t' : *text == 'n' ? '\n' : *text == 'r' ? '\r' : '\\';
    } else {
      *to++ = *text;
    }
  }
  *to = '\0';
}

static const char *split_line(char *line) {
  size_t count = 0;
  char *verb = line;
  static char empty[1] = "";
  for (size_t at = 0; at < MAX_FIELDS; ++at) {
    field[at] = empty;
  }
  line[strcspn(line, "\n")] = '\0';
  for (char *tab = strchr(line, '\t'); tab != NULL && count < MAX_FIELDS; tab = strchr(tab, '\t')) {
    *tab++ = '\0';
    field[count++] = tab;
  }
  for (size_t at = 0; at < count; ++at) {
    unescape(field[at]);
  }
  return verb;
}

static parts split(const char *text) {
  parts all = {0};
  while (*text != '\0') {
    const size_t len = strcspn(text, ",");
    if (all.count == MAX_PARTS) {
      give_up("too many parts in a field");
    }
    all.texts[all.count] = text;
    all.lens[all.count++] = len;
    text += len;
    text += *text == ',';
  }
  return all;
}

static uint32_t bits(const char *text, const char *const *names, size_t count) {
  uint32_t set = 0;
  const parts all = split(text);
  for (size_t at = 0; at < all.count; ++at) {
    for (size_t bit = 0; bit < count; ++bit) {
      if (strlen(names[bit]) == all.lens[at] && memcmp(names[bit], all.texts[at], all.lens[at]) == 0) {
        set |= (uint32_t)1 << bit;
      }
    }
  }
  return set;
}

static uint32_t traffic(const char *text) {
  static const char *const names[] = {"inbound", "outbound", "automated", "broadcast"};
  return bits(text, names, 4);
}

static uint32_t permissions(const char *text) {
  static const char *const names[] = {"view", "edit", "block", "bulk", "lists", "audit", "admin"};
  return bits(text, names, 7);
}

/* Milliseconds since 1970, or from now on with a plus before them. */
static int64_t moment(const char *text) {
  struct timespec now;
  if (*text != '+') {
    return strtoll(text, NULL, 10);
  }
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + strtoll(text + 1, NULL, 10);
}

/* -- Answering ---------------------------------------------------------------------------------- */

static void put(const char *text) {
  putchar('\t');
  for (; *text != '\0'; ++text) {
    switch (*text) {
      case '\t': fputs("\\t", stdout); break;
      case '\n': fputs("\\n", stdout); break;
      case '\r': fputs("\\r", stdout); break;
      case '\\': fputs("\\\\", stdout); break;
      default: putchar(*text);
    }
  }
}

/* The end of the JSON string that begins here. */
static const char *string_end(const char *at) {
  for (++at; *at != '"'; ++at) {
    at += *at == '\\';
  }
  return at + 1;
}

/* A member of a JSON object: a text or a number as it is, an array of texts with commas, null as nothing. */
static void put_member(const stoplist_text *json, const char *name) {
  const char *at = stoplist_text_data(json);
  const size_t len = strlen(name);
  int depth = 0;
  putchar('\t');
  for (; *at != '\0'; ++at) {
    depth += *at == '{' || *at == '[';
    depth -= *at == '}' || *at == ']';
    if (*at != '"') {
      continue;
    }
    const char *end = string_end(at);
    const int is_it = depth == 1 && *end == ':' && (size_t)(end - at) == len + 2 && memcmp(at + 1, name, len) == 0;
    at = end - 1;
    if (!is_it) {
      continue;
    }
    const int in_array = end[1] == '[';
    for (at = end + 1 + in_array; *at != '}' && *at != ']' && (in_array || *at != ','); ++at) {
      if (*at != '"' && strncmp(at, "null", 4) != 0) {
        putchar(*at);
      } else {
        at += *at == '"' ? 0 : 3;
      }
    }
    return;
  }
}

static void put_number(uint64_t number) { printf("\t%llu", (unsigned long long)number); }

/* Says what a call came to; returns whether it was done, so that its outputs can follow. Frees the error. */
static int done(int32_t status, stoplist_error *error) {
  if (status == STOPLIST_OK) {
    fputs("ok", stdout);
  } else {
    fputs("error", stdout);
    put(stoplist_error_code(error));
  }
  stoplist_error_free(error);
  return status == STOPLIST_OK;
}

static void done_at(int32_t status, stoplist_error *error, uint64_t generation) {
  if (done(status, error)) {
    put_number(generation);
  }
}

/* With members of a document, up to a NULL. Frees it. */
static void done_with(int32_t status, stoplist_error *error, stoplist_text *json, const char *const *members) {
  if (done(status, error)) {
    for (; *members != NULL; ++members) {
      put_member(json, *members);
    }
  }
  stoplist_text_free(json);
}

/* -- Requests ----------------------------------------------------------------------------------- */

static void parse(void) {
  stoplist_error *error = NULL;
  uint64_t number = 0;
  const int32_t status = stoplist_number_parse(T(field[0]), T(field[1]), &number, &error);
  done_at(status, error, number);
}

static void close_store(void) {
  stoplist_error *error = NULL;
  if (stoplist_store_close(store, &error) != STOPLIST_OK) {
    give_up(stoplist_error_message(error));
  }
  store = NULL;
}

static void new_store(void) {
  stoplist_error *error = NULL;
  close_store();
  snprintf(store_path, sizeof store_path, "%s/store-%u", scratch, ++stores);
  const int32_t status = stoplist_store_create(T(store_path), T(field[0]), NULL, &store, &error);
  done(status, error);
}

static void reopen(void) {
  stoplist_error *error = NULL;
  close_store();
  const int32_t status = stoplist_store_open(T(store_path), NULL, &store, &error);
  done(status, error);
}

static void wait_some(void) {
  const long ms = strtol(field[0], NULL, 10);
  const struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  nanosleep(&span, NULL);
  done(STOPLIST_OK, NULL);
}

static void add_actor(void) {
  stoplist_error *error = NULL;
  uint64_t at = 0;
  const int32_t status = stoplist_actor_add(store, T(field[0]), T(field[1]), permissions(field[2]), &at, &error);
  done_at(status, error, at);
}

static void set_actor(void) {
  stoplist_error *error = NULL;
  uint64_t at = 0;
  const int32_t status = stoplist_actor_set(store, T(field[0]), T(field[1]), permissions(field[2]), &at, &error);
  done_at(status, error, at);
}

static void remove_actor(void) {
  stoplist_error *error = NULL;
  uint64_t at = 0;
  const int32_t status = stoplist_actor_remove(store, T(field[0]), T(field[1]), &at, &error);
  done_at(status, error, at);
}

static stoplist_list_settings settings(void) {
  return (stoplist_list_settings){
      .size = sizeof(stoplist_list_settings),
      .traffic = traffic(field[2]),
      .source = field[3],
      .source_len = strlen(field[3]),
  };
}

static void create_list(void) {
  stoplist_error *error = NULL;
  uint64_t at = 0;
  const stoplist_list_settings list = settings();
  const int32_t status = stoplist_list_create(store, T(field[0]), T(field[1]), &list, &at, &error);
  done_at(status, error, at);
}

static void set_list(void) {
  stoplist_error *error = NULL;
  uint64_t at = 0;
  const stoplist_list_settings list = settings();
  const int32_t status = stoplist_list_set(store, T(field[0]), T(field[1]), &list, &at, &error);
  done_at(status, error, at);
}

static void drop_list(void) {
  stoplist_error *error = NULL;
  uint64_t at = 0;
  const int32_t status = stoplist_list_drop(store, T(field[0]), T(field[1]), &at, &error);
  done_at(status, error, at);
}

static void import_numbers(void) {
  static const char *const members[] = {"generation", "added", "removed", "already", NULL};
  stoplist_error *error = NULL;
  stoplist_text *json = NULL;
  stoplist_import_options options = {.size = sizeof options};
  options.replace = strcmp(field[3], "replace") == 0;
  FILE *file = fopen(file_path, "w");
  if (file == NULL) {
    give_up("cannot write a file of numbers");
  }
  for (const char *at = field[2]; *at != '\0'; ++at) {
    fputc(*at == ',' ? '\n' : *at, file);
  }
  fputc('\n', file);
  fclose(file);
  const int32_t status = stoplist_list_import(store, T(field[0]), T(field[1]), T(file_path), &options, NULL, NULL,
                                              &json, &error);
  done_with(status, error, json, members);
}

/* Writes a JSON string. */
static char *add_string(char *to, const char *text, size_t len) {
  *to++ = '"';
  for (size_t at = 0; at < len; ++at) {
    if (text[at] == '"' || text[at] == '\\') {
      *to++ = '\\';
    }
    *to++ = text[at];
  }
  *to++ = '"';
  return to;
}

static char *add_member(char *to, const char *name, const char *text) {
  to = add_string(to, name, strlen(name));
  *to++ = ':';
  to = add_string(to, text, strlen(text));
  *to++ = ',';
  return to;
}

static char *add_array(char *to, const char *name, const char *text) {
  const parts all = split(text);
  to = add_string(to, name, strlen(name));
  *to++ = ':';
  *to++ = '[';
  for (size_t at = 0; at < all.count; ++at) {
    to = add_string(to, all.texts[at], all.lens[at]);
    *to++ = ',';
  }
  to -= all.count > 0;
  *to++ = ']';
  *to++ = ',';
  return to;
}

static const char *const contact_members[] = {"id", "status", NULL};

static void create_contact(void) {
  stoplist_error *error = NULL;
  stoplist_text *json = NULL;
  size_t room = 200;
  for (size_t at = 0; at < MAX_FIELDS; ++at) {
    room += 4 * strlen(field[at]);
  }
  char *details = malloc(room);
  if (details == NULL) {
    give_up("no memory");
  }
  char *to = details;
  *to++ = '{';
  to = add_member(to, "name", field[1]);
  to = add_member(to, "category", field[2]);
  to = add_array(to, "groups", field[3]);
  if (*field[5] != '\0') {
    to = add_member(to, "secondary", field[5]);
  }
  if (*field[6] != '\0') {
    memcpy(to, "\"block\":{", 9);
    to = add_member(to + 9, "reason", field[6]);
    if (*field[7] != '\0') {
      to = add_array(to, "traffic", field[7]);
    }
    to[-1] = '}';
    *to++ = ',';
  }
  to = add_member(to, "primary", field[4]);
  to[-1] = '}';
  const int32_t status =
      stoplist_contact_create(store, T(field[0]), details, (size_t)(to - details), &json, &error);
  free(details);
  done_with(status, error, json, contact_members);
}

static void edit_contact(void) {
  stoplist_error *error = NULL;
  stoplist_text *json = NULL;
  char *changes = malloc(2 * strlen(field[2]) + 20);
  if (changes == NULL) {
    give_up("no memory");
  }
  *changes = '{';
  char *to = add_member(changes + 1, "primary", field[2]);
  to[-1] = '}';
  const int32_t status = stoplist_contact_edit(store, T(field[0]), T(field[1]), changes, (size_t)(to - changes), &json,
                                               &error);
  free(changes);
  done_with(status, error, json, contact_members);
}

static void archive_contact(void) {
  stoplist_error *error = NULL;
  stoplist_text *json = NULL;
  const int32_t status = stoplist_contact_archive(store, T(field[0]), T(field[1]), &json, &error);
  done_with(status, error, json, contact_members);
}

static void restore_contact(void) {
  stoplist_error *error = NULL;
  stoplist_text *json = NULL;
  const int32_t status = stoplist_contact_restore(store, T(field[0]), T(field[1]), &json, &error);
  done_with(status, error, json, contact_members);
}

static stoplist_documentation documentation(const char *reason) {
  return (stoplist_documentation){
      .size = sizeof(stoplist_documentation), .reason = reason, .reason_len = strlen(reason)};
}

static stoplist_block_options block_options(const char *which, const char *until) {
  return (stoplist_block_options){
      .size = sizeof(stoplist_block_options), .traffic = traffic(which), .until_ms = moment(until)};
}

static const char *const block_members[] = {"generation", "changed", "unchanged", NULL};

static void block(void) {
  stoplist_error *error = NULL;
  stoplist_text *json = NULL;
  const parts who = split(field[1]);
  const stoplist_documentation why = documentation(field[2]);
  const stoplist_block_options options = block_options(field[3], field[4]);
  const int32_t status =
      stoplist_store_block(store, T(field[0]), who.texts, who.lens, who.count, &why, &options, &json, &error);
  done_with(status, error, json, block_members);
}

static void unblock(void) {
  stoplist_error *error = NULL;
  stoplist_text *json = NULL;
  const parts who = split(field[1]);
  const stoplist_documentation why = documentation(field[2]);
  const int32_t status =
      stoplist_store_unblock(store, T(field[0]), who.texts, who.lens, who.count, &why, &json, &error);
  done_with(status, error, json, block_members);
}

static const char *const bulk_members[] = {"generation", "matched", "changed", "unchanged", "failed", NULL};

/* Of filters, who or numbers, whichever there is. The arrays have to last as long as the targets. */
static stoplist_bulk_targets bulk_targets(const parts *filters, const parts *who, const parts *digits,
                                          uint64_t *numbers) {
  for (size_t at = 0; at < digits->count; ++at) {
    numbers[at] = strtoull(digits->texts[at], NULL, 10);
  }
  return (stoplist_bulk_targets){
      .size = sizeof(stoplist_bulk_targets),
      .filters = filters->texts,
      .filter_lens = filters->lens,
      .filters_count = filters->count,
      .who = who->texts,
      .who_lens = who->lens,
      .who_count = who->count,
      .numbers = numbers,
      .numbers_count = digits->count,
      .origin = "vectors",
      .origin_len = 7,
  };
}

static stoplist_bulk_limits bulk_limits(const char *how) {
  return (stoplist_bulk_limits){
      .size = sizeof(stoplist_bulk_limits),
      .dry_run = strcmp(how, "dry_run") == 0,
      .confirmed = strcmp(how, "confirmed") == 0,
  };
}

static void bulk(int is_block) {
  stoplist_error *error = NULL;
  stoplist_text *json = NULL;
  uint64_t numbers[MAX_PARTS] = {0};
  const parts filters = split(field[1]);
  const parts who = split(field[2]);
  const parts digits = split(field[3]);
  const stoplist_bulk_targets targets = bulk_targets(&filters, &who, &digits, numbers);
  const stoplist_documentation why = documentation(field[4]);
  const stoplist_bulk_limits limits = bulk_limits(field[5]);
  const stoplist_block_options options = block_options(field[6], field[7]);
  const int32_t status =
      is_block ? stoplist_store_bulk_block(store, T(field[0]), &targets, &why, &options, &limits, NULL, NULL, &json,
                                           &error)
               : stoplist_store_bulk_unblock(store, T(field[0]), &targets, &why, &limits, NULL, NULL, &json, &error);
  done_with(status, error, json, bulk_members);
}

static void bulk_block(void) { bulk(1); }

static void bulk_unblock(void) { bulk(0); }

static void undo(void) {
  stoplist_error *error = NULL;
  uint64_t at = 0;
  const int32_t status = stoplist_store_undo(store, T(field[0]), strtoull(field[1], NULL, 10), &at, &error);
  done_at(status, error, at);
}

/* Why it is blocked, and until when. */
static void put_explanation(const stoplist_verdict *verdict, uint32_t asked) {
  stoplist_explanation why = {0};
  const int32_t status = stoplist_store_explain(store, verdict->number, T(verdict->list), asked, &why, NULL);
  if (status != STOPLIST_OK && status != STOPLIST_NOT_FOUND) {
    give_up("no explanation");
  }
  put(why.reason);
  if (why.until_ms == 0) {
    put("");
  } else {
    printf("\t%lld", (long long)why.until_ms);
  }
}

static void check(void) {
  static const char *const names[] = {"", "allow", "block", "invalid"};
  stoplist_error *error = NULL;
  stoplist_gate *gate = NULL;
  stoplist_verdict verdict = {0};
  const parts lists = split(field[3]);
  const stoplist_gate_options options = {
      .size = sizeof options,
      .traffic = traffic(field[2]),
      .lists = lists.texts,
      .list_lens = lists.lens,
      .lists_count = lists.count,
      .region = field[1],
      .region_len = strlen(field[1]),
  };
  int32_t status = stoplist_gate_open(store, &options, &gate, &error);
  if (status == STOPLIST_OK) {
    status = stoplist_gate_check_text(gate, T(field[0]), &verdict, &error);
  }
  stoplist_gate_free(gate);
  if (!done(status, error)) {
    return;
  }
  put(names[verdict.verdict]);
  if (verdict.verdict == STOPLIST_INVALID) {
    printf("\t\t\t%s\t", stoplist_refusal_name(verdict.refusal));
    return;
  }
  put_number(verdict.number);
  put(verdict.list);
  if (verdict.verdict == STOPLIST_BLOCK) {
    put_explanation(&verdict, options.traffic);
  } else {
    fputs("\t\t", stdout);
  }
}

static const struct {
  const char *verb;
  void (*perform)(void);
} requests[] = {
    {"parse", parse},
    {"store", new_store},
    {"reopen", reopen},
    {"wait", wait_some},
    {"add_actor", add_actor},
    {"set_actor", set_actor},
    {"remove_actor", remove_actor},
    {"create_list", create_list},
    {"set_list", set_list},
    {"drop_list", drop_list},
    {"import", import_numbers},
    {"create_contact", create_contact},
    {"edit_contact", edit_contact},
    {"archive_contact", archive_contact},
    {"restore_contact", restore_contact},
    {"block", block},
    {"unblock", unblock},
    {"bulk_block", bulk_block},
    {"bulk_unblock", bulk_unblock},
    {"undo", undo},
    {"check", check},
};

static void perform(const char *verb) {
  for (size_t at = 0; at < sizeof requests / sizeof requests[0]; ++at) {
    if (strcmp(requests[at].verb, verb) == 0) {
      requests[at].perform();
      putchar('\n');
      return;
    }
  }
  give_up("no such request");
}

int main(int count, char **arguments) {
  char *line = NULL;
  size_t room = 0;
  if (count < 2) {
    give_up("usage: vectors SCRATCH_DIR LIBRARY_PATH");
  }
  scratch = arguments[1];
  snprintf(file_path, sizeof file_path, "%s/numbers.txt", scratch);
  while (getline(&line, &room, stdin) > 0) {
    perform(split_line(line));
  }
  free(line);
  close_store();
  return 0;
}
