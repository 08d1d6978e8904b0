package dev.quiver.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What the operating system says of this process. Where it has no {@code /proc} the memory and the
 * maps are 0, which no running process has: "unknown".
 */
record ProcessStatus(
    long residentBytes, long threads, long openMaps, long openFiles, long maxFiles) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path MAPS = Path.of("/proc/self/maps");
  private static final int BYTES_PER_KB = 1024;

  static ProcessStatus read() {
    long openFiles = 0;
    long maxFiles = 0;
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      openFiles = unix.getOpenFileDescriptorCount();
      maxFiles = unix.getMaxFileDescriptorCount();
    }
    return new ProcessStatus(
        kilobytes("VmRSS:") * BYTES_PER_KB,
        ManagementFactory.getThreadMXBean().getThreadCount(),
        maps(),
        openFiles,
        maxFiles);
  }

  private static long kilobytes(String name) {
    if (!Files.isReadable(STATUS)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException _) {
      return 0;
    }
  }

  private static long maps() {
    if (!Files.isReadable(MAPS)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(MAPS)) {
      return lines.count();
    } catch (IOException _) {
      return 0;
    }
  }
}
