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
   * A file's content up to its last end of a line.
   *
   * @param text without that end
   */
  record Content(String text) {
    List<String> lines() {
      return text.isEmpty() ? List.of() : List.of(text.split("\n", -1));
    }
  }

  Content read(int number) throws IOException {
    byte[] bytes = AtomicFiles.read(files, file(number));
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return new Content(new String(bytes, 0, Math.max(0, end - 1), StandardCharsets.UTF_8));
  }
}
