/*
 * stoplist: may this message pass to or from this phone number?
 *
 * An embedded suppression engine. A store keeps who is blocked, by whom, why and until when, in a
 * directory; a gate answers for some of its lists in nanoseconds, from any thread, without a lock
 * or a disk; a filter strips blocked recipients from Arrow batches. This file is all there is to
 * know.
 *
 *
 * A COMPLETE PROGRAM
 *
 *   #include <stdio.h>
 *   #include <stoplist.h>
 *
 *   int main(void) {
 *     stoplist_store *store = NULL;
 *     stoplist_gate *gate = NULL;
 *     stoplist_error *error = NULL;
 *     stoplist_verdict verdict = {0};
 *     const char *who[] = {"+4930901820"};
 *     const size_t who_lens[] = {11};
 *     stoplist_documentation why = {.size = sizeof why, .reason = "opt_out", .reason_len = 7};
 *
 *     if (stoplist_store_create(STOPLIST_TEXT("blocked.store"), STOPLIST_TEXT("admin"), NULL,
 *                               &store, &error) ||
 *         stoplist_gate_open(store, NULL, &gate, &error) ||
 *         stoplist_store_block(store, STOPLIST_TEXT("admin"), who, who_lens, 1, &why, NULL, NULL,
 *                              &error) ||
 *         stoplist_gate_check_text(gate, STOPLIST_TEXT("+49 30 901820"), &verdict, &error)) {
 *       fprintf(stderr, "%s\n", stoplist_error_message(error));
 *     } else if (verdict.verdict == STOPLIST_ALLOW) {
 *       puts("send");
 *     } else {
 *       printf("do not send: %s\n", verdict.list);
 *     }
 *     stoplist_error_free(error);
 *     stoplist_gate_free(gate);
 *     stoplist_store_close(store, NULL);
 *     return 0;
 *   }
 *
 *   cc program.c $(pkg-config --cflags --libs stoplist)
 *
 *
 * STATUSES AND ERRORS
 *
 * Every call that can fail returns an int32_t: 0, STOPLIST_OK, when it is done. There is no last
 * error. The last parameter may be NULL; else a call that fails puts an error there, which is to be
 * freed, and a call that succeeds leaves it as it is. It is never read: begin with NULL. The status
 * says what to do, the code of the error exactly what it was, its message where and the way out. A
 * message may name people's numbers: treat it as such.
 *
 * Outputs are written only on success, all of them, last. Only the bytes of an array of verdicts or
 * numbers may have been written when a call gives STOPLIST_PANIC.
 *
 *
 * OWNERSHIP
 *
 * What a call gives through a T** is the caller's, until it is freed with the function of its type;
 * once. free of NULL does nothing. What a call takes is borrowed for the call and copied where it
 * is kept, but for Arrow structures, which are taken in every case: also a call that fails releases
 * them, once. (A pointer to one that is not aligned is refused, and what it points to left alone.)
 * What an accessor gives is borrowed from its object.
 *
 * A store's handle is protected: used after it was closed, closed twice, or made up, it gives
 * STOPLIST_CLOSED. Gates, filters and passes of a store that is closed give STOPLIST_CLOSED as
 * well, and are still to be freed. Other handles are memory: freed twice or used after that,
 * nothing is promised.
 *
 *
 * TEXTS, ARRAYS, OPTIONS
 *
 * A text is a pointer and a number of bytes, without a NUL: at most 16 MiB, UTF-8 unless said
 * otherwise. STOPLIST_TEXT("…") writes both for a literal. An array is a pointer and a count, at
 * most 2^32. (NULL, 0) is an empty text or array; (NULL, n) gives STOPLIST_INVALID_ARGUMENT, and so
 * do pointers that are not aligned. A struct of options begins with its size: set it to sizeof the
 * struct, and the rest to zero where the default is meant; another size is refused. NULL instead of
 * it means all defaults, where there are.
 *
 * Numbers are E.164: 7 to 15 digits with their calling code, as uint64_t or as text. Documents are
 * JSON, the same as the command `stoplist --json` prints: fields may be added to them, none goes or
 * changes its meaning.
 *
 *
 * THREADS
 *
 * A handle that a call takes as const may be used by many threads at once, in that call and all
 * others. Freeing and closing is for one thread, when no other uses the handle any more; only
 * closing a store may meet calls of other threads: it waits for them. Checking takes no lock and
 * waits for nobody.
 *
 *
 * FORK AND SIGNALS
 *
 * A forked child may ask the gates that it inherited, of any kind, and free what it has: it gets
 * the answers of the moment of the fork, and is told of no change. Everything else that belongs to
 * the parent gives STOPLIST_FORKED there, at once. It may open gates of index files, and stores
 * that no process has open. The library installs one handler of pthread_atfork, and no signal
 * handler; nothing here may be called from one but stoplist_gate_check and
 * stoplist_gate_check_numbers without an error object, on a frozen gate.
 *
 *
 * PANICS
 *
 * A defect of the library that would end the process gives STOPLIST_PANIC instead, and a line on
 * the standard error stream. The call did not finish; what it was given is released; everything
 * else goes on. No exception and no longjmp may leave a callback.
 *
 *
 * VERSIONS
 *
 * STOPLIST_ABI_VERSION grows when a program has to be compiled anew; stoplist_abi_version() says
 * what is linked. Within one, functions, constants and codes are added, and never changed, removed
 * or used for something else; the struct of options of a later release may be larger, and the one
 * that a program was compiled with is still taken. The shared library is libstoplist.so.0 as long
 * as the version is 0.x.
 *
 *
 * LINKING
 *
 * `cargo xtask dist` makes lib, include, pkg-config and CMake files. Shared: -lstoplist. Static:
 * `pkg-config --libs stoplist-static`; the library has no symbols but stoplist_*, so that it can be
 * linked beside others written in Rust. It may be opened with dlopen and closed with dlclose when
 * its stores are closed; its code stays mapped, since threads may still be ending in it.
 */

/* generated by `cargo xtask header`; change the Rust of crates/stoplist-ffi instead */

#ifndef STOPLIST_H
#define STOPLIST_H

#include <stddef.h>
#include <stdint.h>

/** The version of this interface. A library of the same one can take the place of another. */
#define STOPLIST_ABI_VERSION 1

/** Done; every output is written. */
#define STOPLIST_OK 0

/** A NULL, a misaligned pointer, a length beyond its limit, or a code or flag that there is not. */
#define STOPLIST_INVALID_ARGUMENT 1

/** A text that has to be UTF-8 is not. */
#define STOPLIST_NOT_UTF8 2

/** The store is closed, or was never open. */
#define STOPLIST_CLOSED 3

/** This process is a forked child: only gates answer here. */
#define STOPLIST_FORKED 4

/** A defect of the library. The call did not finish; the host may go on. */
#define STOPLIST_PANIC 5

/** A progress callback asked for it. Nothing was changed. */
#define STOPLIST_CANCELLED 6

/** The call asks for what cannot be: change the call. */
#define STOPLIST_USAGE 7

/** There is no such contact, list, actor or store, or nothing to explain. */
#define STOPLIST_NOT_FOUND 8

/** There is one already. */
#define STOPLIST_EXISTS 9

/** The data is wrong: change the data. */
#define STOPLIST_DATA 10

/** A text is no phone number; the code of the error says why, as `stoplist_refusal_name` does. */
#define STOPLIST_NOT_A_NUMBER 11

/** The actor may not. The attempt is in the journal. */
#define STOPLIST_DENIED 12

/** Another process has the store open: try again. */
#define STOPLIST_LOCKED 13

/** A store or an index is damaged, or of a format that this release does not know. */
#define STOPLIST_DAMAGED 14

/** A write failed before: the store takes no more until it is opened again. Gates go on. */
#define STOPLIST_POISONED 15

/** A list is older than it may get, and is set to fail then. */
#define STOPLIST_STALE 16

/** An Arrow structure is malformed, its data is invalid, or it cannot be filtered. */
#define STOPLIST_ARROW 17

/** The system failed. */
#define STOPLIST_IO 18

/** The verdict: it may pass. No verdict is 0, so memory that nobody wrote is never an allow. */
#define STOPLIST_ALLOW 1

/** The verdict: a list stops it. */
#define STOPLIST_BLOCK 2

/** The verdict: not a phone number, so nobody can say. Never send to it. */
#define STOPLIST_INVALID 3

/** No number: nothing but white space. */
#define STOPLIST_REFUSAL_EMPTY 1

/** No number: none can be read from it, or it is over 250 bytes long. */
#define STOPLIST_REFUSAL_NOT_A_NUMBER 2

/** No number: letters stand in it. */
#define STOPLIST_REFUSAL_LETTERS 3

/** No number: a pattern with `*`, `?` or `%`. */
#define STOPLIST_REFUSAL_WILDCARD 4

/** No number: no country has its calling code. */
#define STOPLIST_REFUSAL_UNKNOWN_CALLING_CODE 5

/** No number: too few digits for its country. */
#define STOPLIST_REFUSAL_TOO_SHORT 6

/** No number: too many digits for its country. */
#define STOPLIST_REFUSAL_TOO_LONG 7

/** No number: the area code is missing. */
#define STOPLIST_REFUSAL_LOCAL_ONLY 8

/** No number: a national format, and no region says of which country. */
#define STOPLIST_REFUSAL_NEEDS_REGION 9

/** Traffic: messages and calls from the number. */
#define STOPLIST_INBOUND 1

/** Traffic: messages and calls to the number, one by one, from a person. */
#define STOPLIST_OUTBOUND 2

/** Traffic: what bots and flows send. */
#define STOPLIST_AUTOMATED 4

/** Traffic: what goes to many at once. */
#define STOPLIST_BROADCAST 8

/** All four kinds of traffic. */
#define STOPLIST_ALL_TRAFFIC 15

/** Permission: see contacts, histories, lists and counts. */
#define STOPLIST_MAY_VIEW 1

/** Permission: make and change contacts, record messages. */
#define STOPLIST_MAY_EDIT 2

/** Permission: block and unblock one by one. */
#define STOPLIST_MAY_BLOCK 4

/** Permission: block and unblock many at once, and undo that. */
#define STOPLIST_MAY_BULK 8

/** Permission: make, change, import, export and drop lists. */
#define STOPLIST_MAY_LISTS 16

/** Permission: read and verify the journal, follow its changes. */
#define STOPLIST_MAY_AUDIT 32

/** Permission: make and change actors, back up. */
#define STOPLIST_MAY_ADMIN 64

/** A row that is no number is left out. The default. */
#define STOPLIST_EXCLUDE 0

/** A row that is no number stays in. */
#define STOPLIST_KEEP 1

/** A row that is no number fails its batch, with an error that names the row. */
#define STOPLIST_FAIL 2

/** A row is left out when one of its numbers is blocked. The default. */
#define STOPLIST_EXCLUDE_ROW 0

/** Cells of blocked numbers become null; the row stays in as long as it has another number. */
#define STOPLIST_EMPTY_CELL 1

/** A text literal as the two arguments that every text takes. */
#define STOPLIST_TEXT(literal) (literal), (sizeof(literal) - 1)

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

/** The type of an array. See the Arrow C data interface. */
struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

/** An array; a batch is a struct array of its columns. See the Arrow C data interface. */
struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

/** Arrays of one type, one after the other. See the Arrow C stream interface. */
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

#ifdef __cplusplus
extern "C" {
#endif

/** What went wrong in a call, until it is freed. May be read by many threads at once. */
typedef struct stoplist_error stoplist_error;

/**
 * Strips blocked recipients from Arrow batches. May be used by many threads at once, and has
 * threads of its own.
 */
typedef struct stoplist_filter stoplist_filter;

/** What some lists stop. May be used by many threads at once; asking takes no lock and no disk. */
typedef struct stoplist_gate stoplist_gate;

/**
 * A broadcast list on its way through a filter. May be used by many threads, one after the other: a
 * call waits for the one before.
 */
typedef struct stoplist_pass stoplist_pass;

/** What came of a batch or a pass. May be read by many threads at once. */
typedef struct stoplist_report stoplist_report;

/**
 * A store that is open: a directory that one process has open at a time. May be used by many
 * threads at once. Ends with `stoplist_store_close`.
 */
typedef struct stoplist_store stoplist_store;

/** A text that a call gave back, until it is freed. May be read by many threads at once. */
typedef struct stoplist_text stoplist_text;

/** Which lists a gate asks, and for which traffic. All zero but `size`: every list, any traffic. */
typedef struct stoplist_gate_options {
  /** `sizeof(stoplist_gate_options)`. */
  size_t size;
  /** The traffic in question: `STOPLIST_OUTBOUND` and others, or'ed. 0: all. */
  uint32_t traffic;
  /** 0. */
  uint32_t reserved;
  /**
   * The names of the lists; borrowed for the call. None: every list that stops some of the traffic.
   */
  const char *const *lists;
  /** The bytes of each. */
  const size_t *list_lens;
  /** How many there are. */
  size_t lists_count;
  /**
   * How texts without their calling code are read, such as `DE`; borrowed for the call. `(NULL,
   * 0)`: they are invalid.
   */
  const char *region;
  /** Bytes of `region`. */
  size_t region_len;
} stoplist_gate_options;

/** The answer to whether a message may pass to or from a number. */
typedef struct stoplist_verdict {
  /** `STOPLIST_ALLOW`, `STOPLIST_BLOCK` or `STOPLIST_INVALID`. */
  int32_t verdict;
  /** Why it is no number, `STOPLIST_REFUSAL_…`; 0 when it is one. */
  int32_t refusal;
  /** The number; 0 when it is none. */
  uint64_t number;
  /** The last change that the answer includes. */
  uint64_t generation;
  /**
   * The list that stops it, the first in order when several do: at most 64 bytes, NUL-terminated.
   * Empty unless it is blocked.
   */
  char list[72];
} stoplist_verdict;

/** How a store is opened. All zero but `size` is the default. */
typedef struct stoplist_store_options {
  /** `sizeof(stoplist_store_options)`. */
  size_t size;
  /**
   * 0: a change is on disk when its call returns (`fdatasync`). Else it is written to the file
   * then, and on disk after so many ms: a power cut may lose what was written last, and nothing
   * before.
   */
  uint32_t sync_interval_ms;
  /** 0 or 1. 1: keeps no state on disk; opening reads the whole journal. */
  uint32_t state_in_memory;
  /**
   * How numbers without their calling code are read by this handle, such as `DE`; borrowed for the
   * call. `(NULL, 0)`: they are refused.
   */
  const char *region;
  /** Bytes of `region`. */
  size_t region_len;
} stoplist_store_options;

/** Why a list stops a number. */
typedef struct stoplist_explanation {
  /** When that ends by itself, in ms since 1970 UTC; 0 when it does not. */
  int64_t until_ms;
  /**
   * The code of a reason for the list `blocked`, the source of another list: NUL-terminated; empty
   * when there is none.
   */
  char reason[208];
} stoplist_explanation;

/** Why something is done, and where that can be looked up. The journal keeps it. */
typedef struct stoplist_documentation {
  /** `sizeof(stoplist_documentation)`. */
  size_t size;
  /**
   * The code of a reason: `opt_out`, `spam`… An unknown one is refused with the list of all.
   * Needed; borrowed, as the texts below are.
   */
  const char *reason;
  /** Its bytes. */
  size_t reason_len;
  /** In words, up to 1,000 bytes. */
  const char *note;
  /** Its bytes. */
  size_t note_len;
  /** A ticket, a case, a statute: up to 200 bytes. */
  const char *reference;
  /** Its bytes. */
  size_t reference_len;
  /** A system, a form: up to 200 bytes. */
  const char *source;
  /** Its bytes. */
  size_t source_len;
} stoplist_documentation;

/** What a block stops, and until when. All zero but `size`: everything, until it is lifted. */
typedef struct stoplist_block_options {
  /** `sizeof(stoplist_block_options)`. */
  size_t size;
  /** `STOPLIST_BROADCAST` and others, or'ed. 0: all. */
  uint32_t traffic;
  /** 0. */
  uint32_t reserved;
  /** When it ends by itself, in ms since 1970 UTC, in the future; 0 for not. */
  int64_t until_ms;
} stoplist_block_options;

/** Whom a bulk operation is about: exactly one of the three kinds has a count other than 0. */
typedef struct stoplist_bulk_targets {
  /** `sizeof(stoplist_bulk_targets)`. */
  size_t size;
  /**
   * Expressions such as `category=Lead`, `group=vip`, `created>=2026-01-01`: the contacts for which
   * all hold. Borrowed, as all below.
   */
  const char *const *filters;
  /** The bytes of each. */
  const size_t *filter_lens;
  /** How many. */
  size_t filters_count;
  /** Ids of contacts (`c17`) and numbers, as texts. */
  const char *const *who;
  /** The bytes of each. */
  const size_t *who_lens;
  /** How many, at most 1,000,000. */
  size_t who_count;
  /** Numbers. */
  const uint64_t *numbers;
  /** How many, at most 1,000,000. */
  size_t numbers_count;
  /** Where the numbers come from, for the journal: up to 200 bytes. */
  const char *origin;
  /** Its bytes. */
  size_t origin_len;
} stoplist_bulk_targets;

/** How careful a bulk operation is. All zero but `size`: not more than a fifth of all contacts. */
typedef struct stoplist_bulk_limits {
  /** `sizeof(stoplist_bulk_limits)`. */
  size_t size;
  /** 0 or 1. 1: only says what it would do. */
  uint32_t dry_run;
  /** 0 or 1. 1: may change any number of contacts. */
  uint32_t confirmed;
  /** How many per cent of all contacts it may change unconfirmed; 0 for 20. */
  uint32_t max_percent;
  /** 0. */
  uint32_t reserved;
} stoplist_bulk_limits;

/**
 * Hears how far a call is: `done` of `total`, which is 0 while it is unknown. Returns 0 to go on;
 * anything else ends the call, with nothing changed. Called on the thread of the call. Must not
 * throw, jump out, or close the store.
 */
typedef int32_t (*stoplist_progress)(void *user, uint64_t done, uint64_t total);

/** What a list is for. */
typedef struct stoplist_list_settings {
  /** `sizeof(stoplist_list_settings)`. */
  size_t size;
  /** What it stops: `STOPLIST_BROADCAST` and others, or'ed; at least one. */
  uint32_t traffic;
  /** How many days after its last import it counts as stale; 0 for never. */
  uint32_t max_age_days;
  /** 0 or 1. 1: filters refuse to work with it when it is stale, instead of saying so. */
  uint32_t fail_when_stale;
  /** 0. */
  uint32_t reserved;
  /** Where its numbers come from, up to 200 bytes; borrowed for the call. */
  const char *source;
  /** Its bytes. */
  size_t source_len;
} stoplist_list_settings;

/** How a file gets into a list. All zero but `size`: its numbers are added. */
typedef struct stoplist_import_options {
  /** `sizeof(stoplist_import_options)`. */
  size_t size;
  /** 0 or 1. 1: the list becomes equal to the file. */
  uint32_t replace;
  /** 0 or 1. 1: only says what it would do. */
  uint32_t dry_run;
  /**
   * When the source was so, in ms since 1970 UTC; 0 for now. What the age of the list counts from.
   */
  int64_t as_of_ms;
  /**
   * `txt`, `csv`, `tsv`, `dnc`, `json`, `jsonl`, `vcf`, `parquet`, `arrow` or `r64`; borrowed for
   * the call. `(NULL, 0)`: the content tells.
   */
  const char *format;
  /** Its bytes. */
  size_t format_len;
  /**
   * The column or field that has the numbers; borrowed for the call. `(NULL, 0)`: by the usual
   * names.
   */
  const char *column;
  /** Its bytes. */
  size_t column_len;
} stoplist_import_options;

/**
 * How a filter judges rows. All zero but `size`: finds the number column by its name, leaves out
 * rows that are blocked, null or no number, and uses a thread for each core.
 */
typedef struct stoplist_filter_options {
  /** `sizeof(stoplist_filter_options)`. */
  size_t size;
  /**
   * The names of the number columns; borrowed for the call. None: the only one with a usual name,
   * such as `phone`, `msisdn` or `wa_id`.
   */
  const char *const *columns;
  /** The bytes of each. */
  const size_t *column_lens;
  /** How many. */
  size_t columns_count;
  /** What becomes of rows that are no number: `STOPLIST_EXCLUDE`, `_KEEP` or `_FAIL`. */
  int32_t on_invalid;
  /** What becomes of rows that are null: the same. */
  int32_t on_null;
  /**
   * What becomes of rows some of whose numbers are blocked: `STOPLIST_EXCLUDE_ROW` or
   * `_EMPTY_CELL`.
   */
  int32_t on_blocked;
  /** How many threads work; 0 for one a core. With 1 the thread of the call does it all. */
  uint32_t threads;
  /** 0 or 1. 1: the rows that are left out are given back, with the reason. */
  uint32_t excluded;
  /** 0. */
  uint32_t reserved;
} stoplist_filter_options;

/** The counts of a report. A row is allowed, blocked, invalid or null, whatever becomes of it. */
typedef struct stoplist_counts {
  /** All rows. */
  uint64_t rows;
  /** Rows that were kept. */
  uint64_t kept;
  /** Rows that were left out because a number of theirs is on a list. */
  uint64_t blocked;
  /** Rows that are no number, kept or not. */
  uint64_t invalid;
  /** Rows that are null, kept or not. */
  uint64_t null;
  /** Cells of kept rows that were emptied. */
  uint64_t emptied;
  /** The last change that the answers include; 0 for lists that have none. */
  uint64_t generation;
} stoplist_counts;

/* The library ---------------------------------------------------------------------------------- */

/** The version of the library that is linked, such as `0.1.0`. Lives as long as the process. */
const char *stoplist_version(void);

/** The `STOPLIST_ABI_VERSION` of the library that is linked: compare it with the header's. */
uint32_t stoplist_abi_version(void);

/** What was built, for a log: version, target, profile. Lives as long as the process. */
const char *stoplist_build_info(void);

/**
 * The fixed name of a status: `ok`, `invalid_argument`…; `unknown` for what is none. Lives as long
 * as the process.
 */
const char *stoplist_status_name(int32_t status);

/**
 * The fixed name of a refusal: `too_short`…; an empty text for 0, `unknown` for what is none. Lives
 * as long as the process.
 */
const char *stoplist_refusal_name(int32_t refusal);

/* Errors and texts ----------------------------------------------------------------------------- */

/** The status that the call returned with. NULL: `STOPLIST_OK`. */
int32_t stoplist_error_status(const stoplist_error *error);

/**
 * The fixed name of what went wrong, such as `unknown_list` or `too_short`: finer than the status,
 * for programs. Borrowed until the error is freed. NULL: an empty text.
 */
const char *stoplist_error_code(const stoplist_error *error);

/**
 * What went wrong, where, and the way out, for people: UTF-8, one line. It may name files, lists,
 * actors and numbers. Borrowed until the error is freed. NULL: an empty text.
 */
const char *stoplist_error_message(const stoplist_error *error);

/** Frees an error. NULL does nothing. */
void stoplist_error_free(stoplist_error *error);

/**
 * The bytes of a text: UTF-8 with a NUL behind it, none in it. Borrowed until the text is freed.
 * NULL: an empty text.
 */
const char *stoplist_text_data(const stoplist_text *text);

/** How many bytes a text has, without the NUL. NULL: 0. */
size_t stoplist_text_len(const stoplist_text *text);

/** Frees a text. NULL does nothing. */
void stoplist_text_free(stoplist_text *text);

/* Numbers -------------------------------------------------------------------------------------- */

/**
 * Reads a text as a phone number.
 *
 * - `text`: as people write it; borrowed.
 * - `region`: how a number without its calling code is read, such as `DE`; `(NULL, 0)` for none.
 * - `number`: gets the number, 7 to 15 digits.
 *
 * 5 ns for plain digits, about 1 µs for anything unusual. Needs no store. `STOPLIST_NOT_A_NUMBER`:
 * the code of the error says why.
 */
int32_t stoplist_number_parse(
    const char *text, size_t text_len, const char *region, size_t region_len, uint64_t *number,
    stoplist_error **error);

/* Gates ---------------------------------------------------------------------------------------- */

/**
 * Opens a gate of lists of a store. It always answers by the newest state: a change is seen by
 * every check that begins after the call of the change has returned.
 *
 * - `options`: which lists, which traffic; NULL for all; borrowed.
 * - `gate`: gets the gate; free it with `stoplist_gate_free`, before or after the store is closed.
 *
 * `STOPLIST_NOT_FOUND` when there is no list of a name. Needs no permission: a gate is the
 * enforcement. Takes some µs, or builds an index for a new combination of lists: 15 to 60 ns a
 * number.
 */
int32_t stoplist_gate_open(
    const stoplist_store *store, const stoplist_gate_options *options, stoplist_gate **gate,
    stoplist_error **error);

/**
 * Opens a gate of an index file that `stoplist_list_export` wrote: no store, nothing is written,
 * and many processes may map the same file at once. It stays as it is; open the file anew for a
 * newer one.
 *
 * - `path`: the file, which is to be replaced by renaming and never overwritten; borrowed.
 * - `list`: what verdicts call it, 1 to 64 bytes; borrowed.
 * - `generation`: what verdicts say they include; as the export gave it, or 0.
 * - `region`: as in `stoplist_gate_options`; borrowed.
 * - `gate`: gets the gate; free it with `stoplist_gate_free`.
 *
 * The whole file is read once and its checksums compared. `STOPLIST_NOT_FOUND`, `STOPLIST_DAMAGED`,
 * `STOPLIST_IO`.
 */
int32_t stoplist_gate_open_index(
    const char *path, size_t path_len, const char *list, size_t list_len, uint64_t generation,
    const char *region, size_t region_len, stoplist_gate **gate, stoplist_error **error);

/**
 * A gate that stays for ever as another one is now: to ask several questions of one moment. It goes
 * on after the store is closed, and does not learn of later changes: do not send by an old one.
 *
 * - `frozen`: gets the gate; free it with `stoplist_gate_free`.
 */
int32_t stoplist_gate_freeze(
    const stoplist_gate *gate, stoplist_gate **frozen, stoplist_error **error);

/** The last change that an answer of the gate would include now. `generation` gets it. */
int32_t stoplist_gate_generation(
    const stoplist_gate *gate, uint64_t *generation, stoplist_error **error);

/** The names of the lists that the gate asks now, in order: `json` gets an array of texts. */
int32_t stoplist_gate_lists(
    const stoplist_gate *gate, stoplist_text **json, stoplist_error **error);

/**
 * May a message pass to or from a number? 15 to 100 ns, with the size of the list; waits for
 * nothing.
 *
 * - `number`: the digits with their calling code, as an integer. What is no number is
 *   `STOPLIST_INVALID`, with the reason.
 * - `verdict`: gets the answer.
 */
int32_t stoplist_gate_check(
    const stoplist_gate *gate, uint64_t number, stoplist_verdict *verdict, stoplist_error **error);

/**
 * As `stoplist_gate_check`, for a text as people write numbers: 5 ns more for plain digits, about 1
 * µs for anything unusual.
 *
 * - `text`: borrowed. What is no number, or not UTF-8, is `STOPLIST_INVALID`.
 * - `verdict`: gets the answer, with the number.
 */
int32_t stoplist_gate_check_text(
    const stoplist_gate *gate, const char *text, size_t text_len, stoplist_verdict *verdict,
    stoplist_error **error);

/**
 * May messages pass to or from each of many numbers? 3 to 7 ns a number.
 *
 * - `numbers`, `count`: the numbers, at most 2^32; borrowed.
 * - `verdicts`: `count` bytes, each of which gets `STOPLIST_ALLOW`, `_BLOCK` or `_INVALID`.
 * - `generation`: gets the last change that the answers include; all are of one moment. May be
 *   NULL.
 */
int32_t stoplist_gate_check_numbers(
    const stoplist_gate *gate, const uint64_t *numbers, size_t count, uint8_t *verdicts,
    uint64_t *generation, stoplist_error **error);

/**
 * As `stoplist_gate_check_numbers`, for texts: 8 to 15 ns a text of plain digits.
 *
 * - `texts`, `text_lens`, `count`: the texts and the bytes of each, at most 2^32; borrowed.
 * - `verdicts`: `count` bytes, each of which gets a verdict.
 * - `numbers`: `count` numbers, each of which gets the number of a text, or 0. May be NULL.
 * - `generation`: as there. May be NULL.
 */
int32_t stoplist_gate_check_texts(
    const stoplist_gate *gate, const char *const *texts, const size_t *text_lens, size_t count,
    uint8_t *verdicts, uint64_t *numbers, uint64_t *generation, stoplist_error **error);

/** Frees a gate. NULL does nothing. */
void stoplist_gate_free(stoplist_gate *gate);

/* Stores --------------------------------------------------------------------------------------- */

/**
 * Makes an empty store, and opens it.
 *
 * - `path`: a directory that is empty, or not there yet; borrowed.
 * - `actor`: becomes the first admin, with every permission; borrowed.
 * - `options`: NULL for the defaults; borrowed.
 * - `store`: gets the handle; end it with `stoplist_store_close`.
 *
 * `STOPLIST_EXISTS` when something else is there; `STOPLIST_USAGE` when nobody can be called so.
 */
int32_t stoplist_store_create(
    const char *path, size_t path_len, const char *actor, size_t actor_len,
    const stoplist_store_options *options, stoplist_store **store, stoplist_error **error);

/**
 * Opens a store. Takes some ms, more with what it holds: a second for 10 million numbers of lists,
 * three for a million contacts. `stoplist_store_repairs` says what had to be mended.
 *
 * - `path`: its directory; borrowed.
 * - `options`: NULL for the defaults; borrowed.
 * - `store`: gets the handle; end it with `stoplist_store_close`.
 *
 * `STOPLIST_LOCKED` at once when another process, or this one, has it open; `STOPLIST_NOT_FOUND`;
 * `STOPLIST_DAMAGED`. Nothing was changed then.
 */
int32_t stoplist_store_open(
    const char *path, size_t path_len, const stoplist_store_options *options,
    stoplist_store **store, stoplist_error **error);

/**
 * Closes a store: waits for the calls that other threads are in, writes out what makes the next
 * opening quick, and frees the directory for others. Gates, filters and passes of the store give
 * `STOPLIST_CLOSED` from then on; they are still to be freed. NULL does nothing. Must not be called
 * from a callback of a call to the same store, for which it would wait.
 *
 * `STOPLIST_CLOSED` when it is closed already; `STOPLIST_FORKED` in a forked child, where the store
 * stays with the parent.
 */
int32_t stoplist_store_close(stoplist_store *store, stoplist_error **error);

/** The last change that is kept. `generation` gets it. Waits for nothing. */
int32_t stoplist_store_generation(
    const stoplist_store *store, uint64_t *generation, stoplist_error **error);

/**
 * Writes out what makes the next opening quick. Happens by itself from time to time and at closing;
 * nothing is lost without it.
 */
int32_t stoplist_store_checkpoint(const stoplist_store *store, stoplist_error **error);

/**
 * What opening the store had to mend: `json` gets an array of texts for people, empty as a rule.
 */
int32_t stoplist_store_repairs(
    const stoplist_store *store, stoplist_text **json, stoplist_error **error);

/**
 * Counts and sizes: `json` gets what `stoplist info --json` prints, `{"generation","contacts":{…},
 * "lists":[…],"bytes":{…},"open_ms"}`. Needs the permission view.
 */
int32_t stoplist_store_info(
    const stoplist_store *store, const char *actor, size_t actor_len, stoplist_text **json,
    stoplist_error **error);

/**
 * Why a list stops a number, and until when: for the list that a verdict names. About a
 * microsecond; waits while an import is written, so ask the gate first. Needs no permission.
 *
 * - `number`, `list`: of the verdict.
 * - `traffic`: what the gate was asked about; 0 for all.
 * - `explanation`: gets the answer.
 *
 * `STOPLIST_NOT_FOUND` when the list does not stop some of this traffic for the number.
 */
int32_t stoplist_store_explain(
    const stoplist_store *store, uint64_t number, const char *list, size_t list_len,
    uint32_t traffic, stoplist_explanation *explanation, stoplist_error **error);

/**
 * Blocks contacts and numbers, as one change: all or none. A number stands for the contacts that
 * have it, or for itself. The change is on disk and seen by every later check when this returns.
 *
 * - `actor`: who does it; borrowed. Needs the permission block.
 * - `who`, `who_lens`, `who_count`: ids of contacts (`c17`) and numbers as texts; borrowed.
 * - `why`: the documentation; needed; borrowed.
 * - `options`: what it stops and until when; NULL for everything; borrowed.
 * - `json`: gets `{"generation","changed":[],"unchanged":[]}`; free it. May be NULL.
 *
 * `STOPLIST_NOT_A_NUMBER` names the entry; `STOPLIST_NOT_FOUND`, `STOPLIST_DENIED`,
 * `STOPLIST_USAGE` when `until_ms` is past, `STOPLIST_DATA` when a text is too long,
 * `STOPLIST_POISONED`, `STOPLIST_IO`.
 */
int32_t stoplist_store_block(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *const *who,
    const size_t *who_lens, size_t who_count, const stoplist_documentation *why,
    const stoplist_block_options *options, stoplist_text **json, stoplist_error **error);

/**
 * Lets contacts and numbers through again, as one change: all or none. Their history stays.
 *
 * Parameters and statuses as those of `stoplist_store_block`; `json` also has `"still_stopped":[]`,
 * the numbers that another contact's block still stops.
 */
int32_t stoplist_store_unblock(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *const *who,
    const size_t *who_lens, size_t who_count, const stoplist_documentation *why,
    stoplist_text **json, stoplist_error **error);

/**
 * Blocks many at once, as one change that `stoplist_store_undo` takes back: all or none.
 *
 * - `actor`: needs the permissions block and bulk; borrowed.
 * - `targets`: whom; borrowed.
 * - `why`, `options`: as in `stoplist_store_block`.
 * - `limits`: how carefully; NULL for the defaults; borrowed.
 * - `progress`, `user`: called now and then with how many targets were read, a last time before the
 *   change is made; what it returns other than 0 ends the call, with nothing changed. May be NULL.
 * - `json`: gets `{"matched","changed","unchanged","failed":[],"dry_run","needs_confirmation",
 *   "generation"}`; free it. May be NULL.
 *
 * `STOPLIST_CANCELLED`; `STOPLIST_USAGE` with the code `too_many_contacts` when it would change
 * more than the limits allow; else as `stoplist_store_block`.
 */
int32_t stoplist_store_bulk_block(
    const stoplist_store *store, const char *actor, size_t actor_len,
    const stoplist_bulk_targets *targets, const stoplist_documentation *why,
    const stoplist_block_options *options, const stoplist_bulk_limits *limits,
    stoplist_progress progress, void *user, stoplist_text **json, stoplist_error **error);

/** Lets many through at once. As `stoplist_store_bulk_block`. */
int32_t stoplist_store_bulk_unblock(
    const stoplist_store *store, const char *actor, size_t actor_len,
    const stoplist_bulk_targets *targets, const stoplist_documentation *why,
    const stoplist_bulk_limits *limits, stoplist_progress progress, void *user,
    stoplist_text **json, stoplist_error **error);

/**
 * Takes back a bulk operation or an import, as one new change.
 *
 * - `undone`: the generation of the change to take back.
 * - `generation`: gets that of the new one. May be NULL.
 *
 * `STOPLIST_USAGE` with the code `not_undoable`; `STOPLIST_DENIED`.
 */
int32_t stoplist_store_undo(
    const stoplist_store *store, const char *actor, size_t actor_len, uint64_t undone,
    uint64_t *generation, stoplist_error **error);

/**
 * The changes after a generation, in their order, as far as they are kept.
 *
 * - `actor`: needs the permission audit; borrowed.
 * - `since`: the generation of the last change that is known; 0 for all.
 * - `max`: at most so many, up to 100,000; 0 for 1,000.
 * - `timeout_ms`: waits so long for the first; 0 for not at all. There is none when it was too
 *   short.
 * - `json`: gets `{"changes":[],"next"}`; give `next` as the next `since`. Free it.
 *
 * `STOPLIST_CLOSED` when the store is closed meanwhile; `STOPLIST_DENIED`; `STOPLIST_DAMAGED`.
 */
int32_t stoplist_store_changes(
    const stoplist_store *store, const char *actor, size_t actor_len, uint64_t since, size_t max,
    uint32_t timeout_ms, stoplist_text **json, stoplist_error **error);

/**
 * Recomputes the whole chain of the journal: `json` gets
 * `{"ok":true,"records","generation","head"}`. Keep `head` elsewhere to prove later that nothing
 * was altered. Needs the permission audit.
 *
 * `STOPLIST_DAMAGED` with the place when the journal is not as it was written.
 */
int32_t stoplist_store_verify(
    const stoplist_store *store, const char *actor, size_t actor_len, stoplist_text **json,
    stoplist_error **error);

/**
 * Copies the store, as it is at one moment, into a directory that is empty or not there yet, while
 * others go on. Needs the permission admin.
 *
 * - `path`: the directory; borrowed.
 * - `json`: gets `{"path","generation","digest"}`; free it.
 */
int32_t stoplist_store_backup(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *path,
    size_t path_len, stoplist_text **json, stoplist_error **error);

/**
 * Moves old files of the journal into a directory, such as one on a larger disk, which is made if
 * need be, and leaves symbolic links to them. Others go on meanwhile. Needs the permission admin.
 *
 * Histories, the journal and backups are read through the links: while the directory cannot be read
 * they give `STOPLIST_IO`; checks and changes go on.
 *
 * - `path`: the directory; borrowed. A file in it that has the name of a segment and is no copy of
 *   it is `STOPLIST_EXISTS`: what was moved by then is moved, and another call goes on.
 * - `json`: gets `{"path","segments","bytes"}`; free it.
 */
int32_t stoplist_store_archive(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *path,
    size_t path_len, stoplist_text **json, stoplist_error **error);

/* Contacts ------------------------------------------------------------------------------------- */

/**
 * Makes a contact, blocked or not.
 *
 * - `actor`: needs the permission edit, and block for one that is blocked; borrowed.
 * - `details`: `{"name","email","category","primary","secondary","groups":[],"attributes":{},
 *   "block":{"reason","note","reference","source","traffic":[],"until"}}`; `primary` is needed.
 *   `until` is RFC 3339, a date, or a span such as `30d`. Borrowed.
 * - `json`: gets the contact; free it. May be NULL.
 *
 * `STOPLIST_DATA` when it is not such JSON, or a text is too long; `STOPLIST_NOT_A_NUMBER`,
 * `STOPLIST_DENIED`.
 */
int32_t stoplist_contact_create(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *details,
    size_t details_len, stoplist_text **json, stoplist_error **error);

/**
 * A contact.
 *
 * - `actor`: needs the permission view; borrowed.
 * - `who`: its id (`c17`), or a number that only it has; borrowed.
 * - `json`: gets the contact; free it.
 *
 * `STOPLIST_NOT_FOUND`; `STOPLIST_USAGE` with the code `several_contacts`, and their ids in the
 * message.
 */
int32_t stoplist_contact_get(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *who,
    size_t who_len, stoplist_text **json, stoplist_error **error);

/**
 * Changes a contact.
 *
 * - `actor`: needs the permission edit; borrowed.
 * - `who`: as in `stoplist_contact_get`.
 * - `changes`:
 *   `{"name","email","category","primary","secondary","add_groups":[],"remove_groups":[],
 *   "attributes":{}}`; what is left out stays; null takes the secondary number or an attribute
 *   away. Borrowed.
 * - `json`: gets the contact; free it. May be NULL.
 */
int32_t stoplist_contact_edit(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *who,
    size_t who_len, const char *changes, size_t changes_len, stoplist_text **json,
    stoplist_error **error);

/**
 * Puts a contact out of sight. Its block and its history stay. Parameters as in
 * `stoplist_contact_get`; needs the permission edit; `json` may be NULL.
 */
int32_t stoplist_contact_archive(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *who,
    size_t who_len, stoplist_text **json, stoplist_error **error);

/** Brings an archived contact back. As `stoplist_contact_archive`. */
int32_t stoplist_contact_restore(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *who,
    size_t who_len, stoplist_text **json, stoplist_error **error);

/**
 * A page of contacts: search, filters, order.
 *
 * - `actor`: needs the permission view; borrowed.
 * - `query`:
 *   `{"search","status":[],"category","groups":[],"created_from","created_to","blocked_from",
 *   "blocked_to","sort","page","per_page","after"}`, all of which may be left out; `(NULL, 0)` for
 *   the first 50 by name. `sort` is a field and `:desc`; `per_page` 1 to 1,000; `after` the `next`
 *   of the page before. Borrowed.
 * - `json`: gets `{"contacts":[],"total","page","per_page","next"}`; free it.
 *
 * Some ms for a million contacts. `STOPLIST_DATA` when it is not such JSON; `STOPLIST_USAGE` when
 * it asks for what cannot be.
 */
int32_t stoplist_contact_find(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *query,
    size_t query_len, stoplist_text **json, stoplist_error **error);

/**
 * Every event of a contact or a number, oldest first.
 *
 * - `actor`: needs the permission view; borrowed.
 * - `who`: an id (`c17`) or a number; borrowed.
 * - `json`: gets `{"events":[]}`; free it.
 *
 * Reads the journal: some seconds for a million changes.
 */
int32_t stoplist_contact_history(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *who,
    size_t who_len, stoplist_text **json, stoplist_error **error);

/**
 * Puts a communication event of the host into the history of a number.
 *
 * - `actor`: needs the permission edit; borrowed.
 * - `number`: as a text; borrowed.
 * - `direction`: `STOPLIST_INBOUND` or `STOPLIST_OUTBOUND`.
 * - `outcome`: such as `delivered` or `held back`, up to 256 bytes; borrowed.
 * - `at_ms`: when, in ms since 1970 UTC; 0 for now.
 * - `generation`: gets that of the change. May be NULL.
 */
int32_t stoplist_message_record(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *number,
    size_t number_len, uint32_t direction, const char *outcome, size_t outcome_len, int64_t at_ms,
    uint64_t *generation, stoplist_error **error);

/* Lists ---------------------------------------------------------------------------------------- */

/**
 * Makes a list.
 *
 * - `actor`: needs the permission lists; borrowed.
 * - `name`: 1 to 64 letters, digits, `-`, `_` and `.`; borrowed.
 * - `settings`: what it is for; needed; borrowed.
 * - `generation`: gets that of the change. May be NULL.
 *
 * `STOPLIST_EXISTS`, `STOPLIST_USAGE`, `STOPLIST_DENIED`.
 */
int32_t stoplist_list_create(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *name,
    size_t name_len, const stoplist_list_settings *settings, uint64_t *generation,
    stoplist_error **error);

/** Gives a list other settings. As `stoplist_list_create`; `STOPLIST_NOT_FOUND`. */
int32_t stoplist_list_set(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *name,
    size_t name_len, const stoplist_list_settings *settings, uint64_t *generation,
    stoplist_error **error);

/**
 * Drops a list with its numbers. Its history stays. As `stoplist_list_create`;
 * `STOPLIST_NOT_FOUND`; `STOPLIST_USAGE` while a gate that names it is open.
 */
int32_t stoplist_list_drop(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *name,
    size_t name_len, uint64_t *generation, stoplist_error **error);

/**
 * A list, without its numbers: `json` gets
 * `{"name","numbers","traffic":[],"as_of","stale","source",
 * "max_age_days","when_stale","created_at"}`. Needs the permission view. `STOPLIST_NOT_FOUND`.
 */
int32_t stoplist_list_get(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *name,
    size_t name_len, stoplist_text **json, stoplist_error **error);

/**
 * Brings the numbers of a file into a list, as one change: all or none.
 *
 * - `actor`: needs the permission lists; borrowed.
 * - `name`: the list; borrowed.
 * - `path`: the file; what is in it is told by its content; borrowed.
 * - `options`: NULL for the defaults; borrowed.
 * - `progress`, `user`: called about every 65,536 rows with how many were read, and a last time
 *   before the change; what it returns other than 0 ends the call, with nothing changed. May be
 *   NULL.
 * - `json`: gets
 *   `{"rows","accepted_rows","unique","rejected_rows","rejected_by_reason":{},"min","max",
 *   "sum64","added","removed","already","dry_run","generation"}`; free it. May be NULL.
 *
 * Rows that are no numbers are counted, by reason. `STOPLIST_DATA` when no row is a number or the
 * file is not what its format says; `STOPLIST_NOT_FOUND`; `STOPLIST_CANCELLED`; `STOPLIST_IO`.
 */
int32_t stoplist_list_import(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *name,
    size_t name_len, const char *path, size_t path_len, const stoplist_import_options *options,
    stoplist_progress progress, void *user, stoplist_text **json, stoplist_error **error);

/**
 * Writes the numbers of a list to a file, which appears whole or not at all.
 *
 * - `actor`: needs the permission lists; borrowed.
 * - `name`: the list, also `blocked`; borrowed.
 * - `path`: its ending tells the format: `.txt`, `.csv`, `.jsonl`, `.parquet`, `.arrow`, `.r64`, or
 *   `.idx` for an index that `stoplist_gate_open_index` maps. Borrowed.
 * - `json`: gets `{"list","numbers","generation"}`; free it. May be NULL.
 */
int32_t stoplist_list_export(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *name,
    size_t name_len, const char *path, size_t path_len, stoplist_text **json,
    stoplist_error **error);

/* Actors --------------------------------------------------------------------------------------- */

/**
 * Makes an actor.
 *
 * - `actor`: needs the permission admin; borrowed.
 * - `name`: of the new one, up to 64 bytes; borrowed.
 * - `permissions`: `STOPLIST_MAY_VIEW` and others, or'ed; none implies another. 0: none.
 * - `generation`: gets that of the change. May be NULL.
 *
 * `STOPLIST_EXISTS`, `STOPLIST_DENIED`, `STOPLIST_USAGE`.
 */
int32_t stoplist_actor_add(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *name,
    size_t name_len, uint32_t permissions, uint64_t *generation, stoplist_error **error);

/**
 * Gives an actor other permissions. As `stoplist_actor_add`; `STOPLIST_NOT_FOUND`; `STOPLIST_USAGE`
 * with the code `last_admin` when nobody would be left who may.
 */
int32_t stoplist_actor_set(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *name,
    size_t name_len, uint32_t permissions, uint64_t *generation, stoplist_error **error);

/** Takes an actor away. What it did stays on record. As `stoplist_actor_set`. */
int32_t stoplist_actor_remove(
    const stoplist_store *store, const char *actor, size_t actor_len, const char *name,
    size_t name_len, uint64_t *generation, stoplist_error **error);

/** All actors: `json` gets `{"actors":[{"name","permissions":[]}]}`. Needs the permission admin. */
int32_t stoplist_actor_list(
    const stoplist_store *store, const char *actor, size_t actor_len, stoplist_text **json,
    stoplist_error **error);

/* Filters -------------------------------------------------------------------------------------- */

/**
 * Makes a filter of lists of a store. Each batch or stream takes them as they are when it begins.
 *
 * - `gate`: which lists, which traffic, which region; NULL for all; borrowed.
 * - `options`: how; NULL for the defaults; borrowed.
 * - `filter`: gets the filter; free it with `stoplist_filter_free`, before or after the store is
 *   closed.
 *
 * `STOPLIST_NOT_FOUND` when there is no list of a name; `STOPLIST_STALE`. Needs no permission.
 */
int32_t stoplist_filter_open(
    const stoplist_store *store, const stoplist_gate_options *gate,
    const stoplist_filter_options *options, stoplist_filter **filter, stoplist_error **error);

/**
 * Makes a filter of a gate, also one of an index file or a frozen one. It does not know the reasons
 * of blocks nor how old lists are, and its passes cannot be put on record.
 *
 * - `gate`: borrowed; may be freed before the filter.
 * - `options`, `filter`: as in `stoplist_filter_open`.
 */
int32_t stoplist_filter_of_gate(
    const stoplist_gate *gate, const stoplist_filter_options *options, stoplist_filter **filter,
    stoplist_error **error);

/** Frees a filter. Its passes go on. NULL does nothing. */
void stoplist_filter_free(stoplist_filter *filter);

/**
 * Filters a broadcast list that is a single batch.
 *
 * - `array`, `schema`: the batch, as a struct of its columns. Taken in every case, also when the
 *   call fails: each is released once, by the call or when nothing of it is in use any more.
 * - `kept`, `kept_schema`: get the rows that may be sent to, in their order; release both.
 * - `excluded`, `excluded_schema`: get the other rows, with `stoplist_verdict`, `stoplist_list` and
 *   `stoplist_reason` behind their columns; release both. Both NULL when not wanted; else the
 *   filter has to be opened with `excluded`.
 * - `report`: gets the counts; free it. May be NULL.
 *
 * The data is checked in full before it is used. `STOPLIST_ARROW` when it is not sound;
 * `STOPLIST_USAGE` when the number column cannot be told or read; `STOPLIST_DATA` for a row that
 * the options forbid.
 */
int32_t stoplist_filter_batch(
    const stoplist_filter *filter, struct ArrowArray *array, struct ArrowSchema *schema,
    struct ArrowArray *kept, struct ArrowSchema *kept_schema, struct ArrowArray *excluded,
    struct ArrowSchema *excluded_schema, stoplist_report **report, stoplist_error **error);

/**
 * Looks again, just before sending, at rows that were kept: who was blocked since? Whatever was
 * blocked before the call is found. Some µs when the lists have not changed since.
 *
 * - `array`, `schema`: the rows that were kept; taken in every case.
 * - `report`: that of the call or pass that kept them; borrowed. NULL: every row is looked up anew.
 * - `kept`, `kept_schema`: get the rows that may still be sent to; release both.
 * - `blocked`, `blocked_schema`: get the others, with the columns of excluded rows; release both.
 *   Both NULL when not wanted.
 * - `generation`: gets the last change that the answer includes, 0 for lists that have none. May be
 *   NULL.
 *
 * Statuses as those of `stoplist_filter_batch`.
 */
int32_t stoplist_filter_recheck(
    const stoplist_filter *filter, struct ArrowArray *array, struct ArrowSchema *schema,
    const stoplist_report *report, struct ArrowArray *kept, struct ArrowSchema *kept_schema,
    struct ArrowArray *blocked, struct ArrowSchema *blocked_schema, uint64_t *generation,
    stoplist_error **error);

/**
 * Begins with a broadcast list that is a stream. All its batches are judged by the lists as they
 * are now.
 *
 * - `stream`: taken in every case; read batch by batch, as the pass is asked for more; released
 *   with the pass.
 * - `pass`: gets the pass; free it with `stoplist_pass_free`.
 *
 * Statuses as those of `stoplist_filter_batch`.
 */
int32_t stoplist_filter_stream(
    const stoplist_filter *filter, struct ArrowArrayStream *stream, stoplist_pass **pass,
    stoplist_error **error);

/**
 * The schema of what `stoplist_pass_next` gives.
 *
 * - `kept`: gets that of the kept rows; release it.
 * - `excluded`: gets that of the excluded rows; release it. May be NULL.
 */
int32_t stoplist_pass_schema(
    const stoplist_pass *pass, struct ArrowSchema *kept, struct ArrowSchema *excluded,
    stoplist_error **error);

/**
 * The next batch, divided. A batch of which nothing is kept comes without rows.
 *
 * - `kept`: gets the rows that may be sent to; release it. At the end of the stream its release
 *   callback is NULL, and the status `STOPLIST_OK`.
 * - `excluded`: gets the other rows; release it. May be NULL; else the filter has to be opened with
 *   `excluded`.
 *
 * After an error the stream is at its end. Statuses as those of `stoplist_filter_batch`.
 */
int32_t stoplist_pass_next(
    const stoplist_pass *pass, struct ArrowArray *kept, struct ArrowArray *excluded,
    stoplist_error **error);

/**
 * The kept rows as a stream, for whatever takes one. The pass goes on giving the report; it may be
 * freed before the stream.
 *
 * - `kept`: gets the stream; release it. A batch that cannot be filtered is an error of the stream,
 *   with the message of the call.
 */
int32_t stoplist_pass_export(
    const stoplist_pass *pass, struct ArrowArrayStream *kept, stoplist_error **error);

/** The counts of all batches so far. `report` gets them; free it. */
int32_t stoplist_pass_report(
    const stoplist_pass *pass, stoplist_report **report, stoplist_error **error);

/**
 * Puts on record in the store of the filter what was filtered, against which lists, and what came
 * of it.
 *
 * - `actor`: who it is recorded for; needs no permission; borrowed.
 * - `input`: names what was filtered, up to 512 bytes; borrowed.
 * - `digest`: one of its bytes, as `algorithm:hex`; borrowed. `(NULL, 0)` for none.
 * - `generation`: gets that of the record. May be NULL.
 *
 * `STOPLIST_USAGE` for a filter of a gate; `STOPLIST_DATA` when a text is too long.
 */
int32_t stoplist_pass_record(
    const stoplist_pass *pass, const char *actor, size_t actor_len, const char *input,
    size_t input_len, const char *digest, size_t digest_len, uint64_t *generation,
    stoplist_error **error);

/**
 * Frees a pass, and with it the stream that it reads, unless a stream that `stoplist_pass_export`
 * made is still there. NULL does nothing.
 */
void stoplist_pass_free(stoplist_pass *pass);

/** The counts. `counts` gets them. */
int32_t stoplist_report_counts(
    const stoplist_report *report, stoplist_counts *counts, stoplist_error **error);

/**
 * The whole report: `json` gets
 * `{"rows","kept","blocked","invalid","null","emptied","blocked_by_list":{},
 * "invalid_by_reason":{},"generation","lists":[{"name","as_of","stale"}]}`; free it.
 */
int32_t stoplist_report_json(
    const stoplist_report *report, stoplist_text **json, stoplist_error **error);

/** Frees a report. NULL does nothing. */
void stoplist_report_free(stoplist_report *report);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* STOPLIST_H */
