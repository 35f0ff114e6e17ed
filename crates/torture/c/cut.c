/* cut DIRECTORY: the file system of the directory loses its power: nothing more reaches the disk, not
 * even what its own log would have written. ext4 and xfs, for root. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define SHUTDOWN _IOR('X', 125, uint32_t)
#define WITHOUT_FLUSHING_THE_LOG 2

int main(int count, char **args) {
  uint32_t how = WITHOUT_FLUSHING_THE_LOG;
  int fd = count == 2 ? open(args[1], O_RDONLY) : -1;
  if (fd < 0 || ioctl(fd, SHUTDOWN, &how) != 0) {
    perror("cut");
    return 1;
  }
  return 0;
}
