/* Is the header all that a program needs, in C99, from two files of one program?
 *
 * It comes first, so that it has to include what it uses; header_twice.c includes it as well. */
#include <stoplist.h>

#include <stdio.h>
#include <string.h>

size_t sizes_of_the_other_file(size_t *sizes, size_t count);
uint32_t version_of_the_other_file(void);

int main(void) {
  const size_t sizes[] = {sizeof(stoplist_store_options), sizeof(stoplist_gate_options),
                          sizeof(stoplist_verdict),       sizeof(stoplist_explanation),
                          sizeof(stoplist_documentation), sizeof(stoplist_block_options),
                          sizeof(stoplist_bulk_targets),  sizeof(stoplist_bulk_limits),
                          sizeof(stoplist_list_settings), sizeof(stoplist_import_options),
                          sizeof(stoplist_filter_options), sizeof(stoplist_counts),
                          sizeof(struct ArrowSchema),     sizeof(struct ArrowArray),
                          sizeof(struct ArrowArrayStream)};
  const size_t count = sizeof sizes / sizeof sizes[0];
  size_t others[sizeof sizes / sizeof sizes[0]] = {0};
  uint64_t number = 0;

  if (sizes_of_the_other_file(others, count) != count || memcmp(sizes, others, sizeof sizes) != 0) {
    fprintf(stderr, "%s:%d: two files see different structs\n", __FILE__, __LINE__);
    return 1;
  }
  if (stoplist_abi_version() != STOPLIST_ABI_VERSION || version_of_the_other_file() != STOPLIST_ABI_VERSION) {
    fprintf(stderr, "%s:%d: the header is not that of the library\n", __FILE__, __LINE__);
    return 1;
  }
  if (stoplist_number_parse(STOPLIST_TEXT("+49 30 901820"), NULL, 0, &number, NULL) != STOPLIST_OK ||
      number != 4930901820u) {
    fprintf(stderr, "%s:%d: +49 30 901820 is read as %llu\n", __FILE__, __LINE__, (unsigned long long)number);
    return 1;
  }
  printf("%s, interface %u: %s\n", stoplist_version(), (unsigned)stoplist_abi_version(), stoplist_build_info());
  return 0;
}
