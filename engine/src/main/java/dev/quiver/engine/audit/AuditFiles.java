package dev.quiver.engine.audit;

import dev.quiver.engine.wal.AtomicFiles;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files of an audit log, by number. */
record AuditFiles(Path folder, FileOps files) {
  private static final Pattern NAME = Pattern.compile("audit-(\\d{8})\\.jsonl");

  /** Numbers of the files that there are, ascending. */
  List<Integer> numbers() throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (String name : files.list(folder)) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches()) {
        numbers.add(Integer.valueOf(matcher.group(1)));
      }
    }
    return numbers;
  }

  Path file(int number) {
    return folder.resolve(String.format(Locale.ROOT, "audit-%08d.jsonl", number));
  }

  /**
   * One line of a file.
   *
   * @param text without its end
   * @param offset of its first byte
   * @param length in bytes, without its end
   */
  record Line(String text, long offset, int length) {
    long end() {
      return offset + length + 1;
    }
  }

  /** A file's lines; what follows on the last end of a line is none. */
  List<Line> read(int number) throws IOException {
    byte[] bytes = AtomicFiles.read(files, file(number));
    List<Line> lines = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        lines.add(
            new Line(
                new String(bytes, begin, i - begin, StandardCharsets.UTF_8), begin, i - begin));
        begin = i + 1;
      }
    }
    return lines;
  }

  /** What stands behind a place in a file, to be read by people. */
  String rest(int number, long from, int mostBytes) throws IOException {
    byte[] bytes = AtomicFiles.read(files, file(number));
    int begin = (int) Math.min(from, bytes.length);
    return new String(
        bytes, begin, Math.min(mostBytes, bytes.length - begin), StandardCharsets.UTF_8);
  }
}
