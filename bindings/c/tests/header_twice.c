/* Does the header stand being included twice, and in a second file? The other half of header_c99.c. */
#include <stoplist.h>
#include <stoplist.h>

size_t sizes_of_the_other_file(size_t *sizes, size_t count);
uint32_t version_of_the_other_file(void);

size_t sizes_of_the_other_file(size_t *sizes, size_t count) {
  const size_t own[] = {sizeof(stoplist_store_options), sizeof(stoplist_gate_options),
                        sizeof(stoplist_verdict),       sizeof(stoplist_explanation),
                        sizeof(stoplist_documentation), sizeof(stoplist_block_options),
                        sizeof(stoplist_bulk_targets),  sizeof(stoplist_bulk_limits),
                        sizeof(stoplist_list_settings), sizeof(stoplist_import_options),
                        sizeof(stoplist_filter_options), sizeof(stoplist_counts),
                        sizeof(struct ArrowSchema),     sizeof(struct ArrowArray),
                        sizeof(struct ArrowArrayStream)};
  size_t at;
  for (at = 0; at < count && at < sizeof own / sizeof own[0]; at++) {
    sizes[at] = own[at];
  }
  return at;
}

uint32_t version_of_the_other_file(void) { return STOPLIST_ABI_VERSION; }
