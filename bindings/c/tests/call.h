/* What may be wrong with the arguments of a call, and what does it have to give then?
 *
 * A call is described by its parameters, with arguments that are good. From the description follow its
 * variants, each with one thing that is wrong and the statuses that it may have. Whatever the status:
 * outputs are written on success only, an error is told in full, nothing is written beside a place. */
#ifndef CALL_H
#define CALL_H

#include "counted.h"

#include <stdint.h>

enum { MOST_SLOTS = 16, PATTERN = 0xa5, GUARD = 16 };

/* A set of statuses. */
#define BIT(status) (1u << (status))
#define OKAY BIT(STOPLIST_OK)
#define ARGUMENT BIT(STOPLIST_INVALID_ARGUMENT)

union slot {
  void *p;
  size_t n;
  uint64_t u;
};

typedef int32_t (*thunk)(const union slot *arguments, stoplist_error **error);

enum kind {
  HANDLE,   /* of anything but a store: a pointer to memory */
  STORE,
  TEXT,     /* a pointer and a length */
  TEXTS,    /* two pointers and a count */
  NUMBERS,  /* a pointer and a count */
  PLACES,   /* for as many results as an array of another parameter has */
  OUT,      /* a place for a result */
  OPTIONS,  /* a struct whose first field is its size */
  VALUE,    /* a code or flags of 32 bits: in a field, or an argument */
  TAKEN_ARRAY,
  TAKEN_SCHEMA,
  TAKEN_STREAM
};

/* Of a parameter or field. */
enum {
  OPTIONAL = 1, /* NULL means something */
  ANY_BYTES = 2, /* a path: need not be UTF-8 */
  PHONE = 4,     /* as no number when it is not UTF-8 */
  JUDGED = 8     /* answered by a verdict when it is not UTF-8 */
};

/* How what an output gets is freed. */
enum freed { PLAIN, A_TEXT, A_STORE, A_GATE, A_FILTER, A_PASS, A_REPORT, AN_ARRAY, A_SCHEMA, A_STREAM };

/* A parameter of a call, or a field of its options. Its pointer is at `at`, its lengths are behind. */
struct param {
  enum kind kind;
  const char *name;
  unsigned flags;
  unsigned char *at, *len_at, *count_at;
  size_t size;              /* of what a pointer leads to */
  enum freed freed;
  struct counted *taken;
  void *closed;             /* the same handle, of a store that is closed */
  const uint32_t *bad;      /* codes that mean nothing, up to one that is 0 */
};

struct call {
  struct heap heap;
  union slot slots[MOST_SLOTS];
  size_t slots_count;
  struct param params[64];
  size_t count;
  const void *closed_store;
  /* The variant that is wanted, and what it is. */
  unsigned wanted, seen, allowed;
  int is_hit;
  char what[200];
};

/* -- Descriptions ---------------------------------------------------------------------------------- */

static inline void put_pointer(unsigned char *at, const void *pointer) { memcpy(at, &pointer, sizeof pointer); }
static inline void put_size(unsigned char *at, size_t size) { memcpy(at, &size, sizeof size); }

static inline void *get_pointer(const unsigned char *at) {
  void *pointer;
  memcpy(&pointer, at, sizeof pointer);
  return pointer;
}

static inline size_t get_size(const unsigned char *at) {
  size_t size;
  memcpy(&size, at, sizeof size);
  return size;
}

static inline unsigned char *next_slot(struct call *call) {
  return (unsigned char *)&call->slots[call->slots_count++];
}

static inline struct param *add(struct call *call, enum kind kind, const char *name, unsigned flags) {
  struct param *param = &call->params[call->count++];
  *param = (struct param){.kind = kind, .name = name, .flags = flags};
  return param;
}

static inline void store(struct call *call, const stoplist_store *handle) {
  struct param *param = add(call, STORE, "store", 0);
  param->at = next_slot(call);
  put_pointer(param->at, handle);
}

static inline void handle(struct call *call, const char *name, const void *good, void *closed, unsigned flags) {
  struct param *param = add(call, HANDLE, name, flags);
  param->at = next_slot(call);
  param->closed = closed;
  put_pointer(param->at, good);
}

static inline void value(struct call *call, uint64_t number) { call->slots[call->slots_count++].u = number; }

/* A value, some of which mean nothing. */
static inline void code(struct call *call, const char *name, uint32_t good, const uint32_t *bad) {
  struct param *param = add(call, VALUE, name, 0);
  param->at = (unsigned char *)&call->slots[call->slots_count].u;
  param->size = sizeof(uint64_t);
  param->bad = bad;
  value(call, good);
}

static inline void text(struct call *call, const char *name, const char *good, unsigned flags) {
  struct param *param = add(call, TEXT, name, flags);
  param->at = next_slot(call);
  param->len_at = next_slot(call);
  put_pointer(param->at, heap_text(&call->heap, good));
  put_size(param->len_at, strlen(good));
}

/* Two arrays with this one text, at these places. */
static inline void fill_texts(struct call *call, struct param *param, const char *good) {
  const char *one = heap_text(&call->heap, good);
  size_t len = strlen(good);
  put_pointer(param->at, heap_bytes(&call->heap, &one, sizeof one));
  put_pointer(param->len_at, heap_bytes(&call->heap, &len, sizeof len));
  put_size(param->count_at, 1);
}

static inline void texts(struct call *call, const char *name, const char *good, unsigned flags) {
  struct param *param = add(call, TEXTS, name, flags);
  param->at = next_slot(call);
  param->len_at = next_slot(call);
  param->count_at = next_slot(call);
  fill_texts(call, param, good);
}

static inline void numbers(struct call *call, const char *name, uint64_t good) {
  struct param *param = add(call, NUMBERS, name, 0);
  param->at = next_slot(call);
  param->len_at = next_slot(call);
  put_pointer(param->at, heap_bytes(&call->heap, &good, sizeof good));
  put_size(param->len_at, 1);
}

/* Memory that shows whether it, or what is beside it, was written. */
static inline void *place(struct call *call, size_t size) {
  unsigned char *memory = heap_bytes(&call->heap, NULL, size + 2 * GUARD);
  memset(memory, PATTERN, size + 2 * GUARD);
  return memory + GUARD;
}

static inline void out(struct call *call, const char *name, size_t size, enum freed freed, unsigned flags) {
  struct param *param = add(call, OUT, name, flags);
  param->at = next_slot(call);
  param->size = size;
  param->freed = freed;
  put_pointer(param->at, place(call, size));
}

static inline void places(struct call *call, const char *name, size_t size, unsigned flags) {
  out(call, name, size, PLAIN, flags);
  call->params[call->count - 1].kind = PLACES;
}

static inline void taken(struct call *call, enum kind kind, const char *name, struct counted *one) {
  struct param *param = add(call, kind, name, 0);
  param->at = next_slot(call);
  param->taken = one;
  put_pointer(param->at, &one->is);
}

/* -- Options: a struct, and then its fields ------------------------------------------------------- */

static inline unsigned char *options(struct call *call, const char *name, const void *good, size_t size,
                                     unsigned flags) {
  struct param *param = add(call, OPTIONS, name, flags);
  unsigned char *copy = heap_bytes(&call->heap, good, size);
  param->at = next_slot(call);
  param->size = size;
  put_pointer(param->at, copy);
  return copy;
}

static inline void text_field(struct call *call, unsigned char *at, const char *name, const char *good) {
  struct param *param = add(call, TEXT, name, 0);
  param->at = at;
  param->len_at = at + sizeof(void *);
  put_pointer(param->at, heap_text(&call->heap, good));
  put_size(param->len_at, strlen(good));
}

static inline void texts_field(struct call *call, unsigned char *at, const char *name, const char *good) {
  struct param *param = add(call, TEXTS, name, 0);
  param->at = at;
  param->len_at = at + sizeof(void *);
  param->count_at = at + 2 * sizeof(void *);
  if (good != NULL) {
    fill_texts(call, param, good);
  }
}

static inline void numbers_field(struct call *call, unsigned char *at, const char *name, const uint64_t *good) {
  struct param *param = add(call, NUMBERS, name, 0);
  param->at = at;
  param->len_at = at + sizeof(void *);
  if (good != NULL) {
    put_pointer(param->at, heap_bytes(&call->heap, good, sizeof *good));
    put_size(param->len_at, 1);
  }
}

static inline void code_field(struct call *call, unsigned char *at, const char *name, const uint32_t *bad) {
  struct param *param = add(call, VALUE, name, 0);
  param->at = at;
  param->size = sizeof(uint32_t);
  param->bad = bad;
}

/* -- Variants ------------------------------------------------------------------------------------------ */

/* Is this the variant that is wanted? */
static inline int is_wanted(struct call *call, unsigned allowed, const struct param *param, const char *how) {
  if (call->seen++ != call->wanted) {
    return 0;
  }
  call->is_hit = 1;
  call->allowed = allowed;
  snprintf(call->what, sizeof call->what, "`%s` %s", param->name, how);
  return 1;
}

/* Lengths that no memory has; more than 2^40 where a size has 64 bits. */
static const size_t HUGE_SIZES[] = {SIZE_MAX, SIZE_MAX / 2, (size_t)(UINT64_C(1) << 40 & SIZE_MAX)};
enum { HUGE_COUNT = sizeof HUGE_SIZES / sizeof HUGE_SIZES[0] };

static inline void vary_length(struct call *call, const struct param *param, unsigned char *at) {
  for (size_t one = 0; one < HUGE_COUNT; one++) {
    if (is_wanted(call, ARGUMENT, param, "is endless")) {
      put_size(at, HUGE_SIZES[one]);
    }
  }
}

static inline unsigned not_utf8(const struct param *param) {
  unsigned allowed = BIT(STOPLIST_NOT_UTF8);
  allowed |= param->flags & PHONE ? BIT(STOPLIST_NOT_A_NUMBER) : 0;
  return param->flags & JUDGED ? OKAY : allowed;
}

/* A text at a place of its own, or one of an array. */
static inline void vary_text(struct call *call, const struct param *param, unsigned char *at, unsigned char *len_at) {
  if (is_wanted(call, ARGUMENT, param, "is (NULL, 3)")) {
    put_pointer(at, NULL);
    put_size(len_at, 3);
  }
  vary_length(call, param, len_at);
  if (!(param->flags & ANY_BYTES) && is_wanted(call, not_utf8(param), param, "is not UTF-8")) {
    put_pointer(at, heap_bytes(&call->heap, "a\xff", 2));
    put_size(len_at, 2);
  }
}

static inline void vary_pointer(struct call *call, const struct param *param, unsigned char *at, unsigned char *len_at,
                                size_t size) {
  unsigned char *good = get_pointer(at);
  if (is_wanted(call, ARGUMENT, param, "is NULL, and its length is not 0")) {
    put_pointer(at, NULL);
    put_size(len_at, get_size(len_at) + 1);
  }
  if (good != NULL && is_wanted(call, ARGUMENT, param, "is not aligned")) {
    unsigned char *copy = heap_bytes(&call->heap, NULL, size + 1);
    memcpy(copy + 1, good, size);
    put_pointer(at, copy + 1);
  }
}

static inline void vary_texts(struct call *call, const struct param *param) {
  vary_pointer(call, param, param->at, param->count_at, sizeof(void *));
  vary_pointer(call, param, param->len_at, param->count_at, sizeof(size_t));
  if (get_size(param->count_at) > 0) {
    vary_length(call, param, param->count_at);
    vary_text(call, param, get_pointer(param->at), get_pointer(param->len_at));
  }
}

static inline void vary_handle(struct call *call, const struct param *param) {
  unsigned char *good = get_pointer(param->at);
  if (!(param->flags & OPTIONAL) && is_wanted(call, ARGUMENT, param, "is NULL")) {
    put_pointer(param->at, NULL);
  }
  if (good != NULL && is_wanted(call, ARGUMENT, param, "is not aligned")) {
    put_pointer(param->at, good + 1);
  }
  if (param->closed != NULL && is_wanted(call, BIT(STOPLIST_CLOSED), param, "is of a closed store")) {
    put_pointer(param->at, param->closed);
  }
}

/* Handles of stores are protected: NULL is a mistake, and anything else a store that is not open. */
static inline void vary_store(struct call *call, const struct param *param) {
  const uintptr_t good = (uintptr_t)get_pointer(param->at), closed = (uintptr_t)call->closed_store;
  const uintptr_t garbage[] = {closed, 1, 2, 3, 8, 0xdeadbeef, good + 1, good - 1, good + 2, good + 4096, good ^ 0xff00,
                               (uintptr_t)call, (uintptr_t)call + 1, UINTPTR_MAX, UINTPTR_MAX / 2};
  if (is_wanted(call, ARGUMENT, param, "is NULL")) {
    put_pointer(param->at, NULL);
  }
  for (size_t at = 0; at < sizeof garbage / sizeof garbage[0]; at++) {
    if (is_wanted(call, BIT(STOPLIST_CLOSED), param, at == 0 ? "is closed" : "is made up")) {
      put_pointer(param->at, (void *)garbage[at]);
    }
  }
}

static inline void vary_out(struct call *call, const struct param *param) {
  unsigned char *good = get_pointer(param->at);
  if (!(param->flags & OPTIONAL) && is_wanted(call, ARGUMENT, param, "is NULL")) {
    put_pointer(param->at, NULL);
  }
  if (param->size > 1 && is_wanted(call, ARGUMENT, param, "is not aligned")) {
    put_pointer(param->at, good + 1);
  }
}

static inline void vary_options(struct call *call, const struct param *param) {
  unsigned char *good = get_pointer(param->at);
  const size_t sizes[] = {0, 1, param->size - 1, param->size + 1, param->size - 8, param->size + 8, SIZE_MAX,
                          SIZE_MAX / 2};
  if (!(param->flags & OPTIONAL) && is_wanted(call, ARGUMENT, param, "is NULL")) {
    put_pointer(param->at, NULL);
  }
  if (is_wanted(call, ARGUMENT, param, "is not aligned")) {
    unsigned char *copy = heap_bytes(&call->heap, NULL, param->size + 1);
    memcpy(copy + 1, good, param->size);
    put_pointer(param->at, copy + 1);
  }
  for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
    if (is_wanted(call, ARGUMENT, param, "has another size")) {
      put_size(good, sizes[at]);
    }
  }
}

static inline void vary_value(struct call *call, const struct param *param) {
  for (const uint32_t *bad = param->bad; *bad != 0; bad++) {
    if (is_wanted(call, ARGUMENT, param, "means nothing")) {
      uint64_t wide = *bad;
      memcpy(param->at, param->size == sizeof wide ? (const void *)&wide : bad, param->size);
    }
  }
}

static inline void vary_taken(struct call *call, const struct param *param) {
  size_t size = param->kind == TAKEN_ARRAY    ? sizeof(struct ArrowArray)
                : param->kind == TAKEN_SCHEMA ? sizeof(struct ArrowSchema)
                                              : sizeof(struct ArrowArrayStream);
  if (is_wanted(call, ARGUMENT, param, "is NULL")) {
    put_pointer(param->at, NULL);
    expect_kept(param->taken);
  }
  if (is_wanted(call, ARGUMENT, param, "is not aligned")) {
    unsigned char *copy = heap_bytes(&call->heap, NULL, size + 1);
    memcpy(copy + 1, &param->taken->is, size);
    put_pointer(param->at, copy + 1);
    expect_kept(param->taken);
  }
  if (is_wanted(call, ARGUMENT | BIT(STOPLIST_ARROW), param, "is released")) {
    expect_kept(param->taken);
    mark_released(param->taken);
  }
}

/* Makes the wanted variant of the call, if it has as many. */
static inline int vary(struct call *call, unsigned wanted) {
  call->wanted = wanted;
  for (size_t at = 0; at < call->count; at++) {
    const struct param *param = &call->params[at];
    switch (param->kind) {
      case HANDLE: vary_handle(call, param); break;
      case STORE: vary_store(call, param); break;
      case TEXT: vary_text(call, param, param->at, param->len_at); break;
      case TEXTS: vary_texts(call, param); break;
      case NUMBERS:
        vary_pointer(call, param, param->at, param->len_at, sizeof(uint64_t));
        if (get_size(param->len_at) > 0) {
          vary_length(call, param, param->len_at);
        }
        break;
      case PLACES:
      case OUT: vary_out(call, param); break;
      case OPTIONS: vary_options(call, param); break;
      case VALUE: vary_value(call, param); break;
      case TAKEN_ARRAY:
      case TAKEN_SCHEMA:
      case TAKEN_STREAM: vary_taken(call, param); break;
    }
  }
  return call->is_hit;
}

/* -- What came of it ----------------------------------------------------------------------------------- */

static inline int is_pattern(const unsigned char *memory, size_t size) {
  for (size_t at = 0; at < size; at++) {
    if (memory[at] != PATTERN) {
      return 0;
    }
  }
  return 1;
}

static inline void free_output(const struct param *param, void *at) {
  void *got;
  memcpy(&got, at, sizeof got);
  switch (param->freed) {
    case PLAIN: break;
    case A_TEXT: stoplist_text_free(got); break;
    case A_STORE: EXPECT(stoplist_store_close(got, NULL) == STOPLIST_OK, "the new store does not close"); break;
    case A_GATE: stoplist_gate_free(got); break;
    case A_FILTER: stoplist_filter_free(got); break;
    case A_PASS: stoplist_pass_free(got); break;
    case A_REPORT: stoplist_report_free(got); break;
    case AN_ARRAY:
      if (((struct ArrowArray *)at)->release != NULL) {
        ((struct ArrowArray *)at)->release(at);
      }
      break;
    case A_SCHEMA: ((struct ArrowSchema *)at)->release(at); break;
    case A_STREAM: ((struct ArrowArrayStream *)at)->release(at); break;
  }
}

/* Outputs: all of them on success, none otherwise, and nothing beside them. */
static inline void check_outputs(const struct call *call, const char *function, int is_done) {
  for (size_t at = 0; at < call->count; at++) {
    const struct param *param = &call->params[at];
    unsigned char *pointer = param->kind == OUT || param->kind == PLACES ? get_pointer(param->at) : NULL;
    if (pointer == NULL) {
      continue;
    }
    unsigned char *memory = (uintptr_t)pointer % 2 == 1 ? pointer - 1 : pointer;
    EXPECT(is_pattern(memory - GUARD, GUARD) && is_pattern(memory + param->size, GUARD),
           "%s, %s: something beside `%s` was written", function, call->what, param->name);
    if (!is_done) {
      EXPECT(is_pattern(memory, param->size), "%s, %s: `%s` was written", function, call->what, param->name);
    } else if (EXPECT(!is_pattern(memory, param->freed == PLAIN ? param->size : sizeof(void *)),
                      "%s, %s: `%s` was not written", function, call->what, param->name)) {
      free_output(param, memory);
    }
  }
}

static inline void check_error(const struct call *call, const char *function, int32_t status, stoplist_error *error) {
  EXPECT(stoplist_error_status(error) == status, "%s, %s: the error has the status %s", function, call->what,
         stoplist_status_name(stoplist_error_status(error)));
  EXPECT(stoplist_error_code(error)[0] != '\0', "%s, %s: the error has no code", function, call->what);
  EXPECT(stoplist_error_message(error)[0] != '\0', "%s, %s: the error has no message", function, call->what);
  stoplist_error_free(error);
}

#endif
