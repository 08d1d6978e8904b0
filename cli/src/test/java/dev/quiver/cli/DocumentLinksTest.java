package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents of the repository lead to each other. */
class DocumentLinksTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)");

  private static final Path ROOT = Path.of(System.getProperty("quiver.root"));

  @Test
  void noLinkIsDead() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      for (Path target : targets(page)) {
        if (!Files.exists(target)) {
          dead.add(ROOT.relativize(page) + " -> " + ROOT.relativize(target));
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  @Test
  void everyPageIsReachedFromTheReadme() throws IOException {
    Set<Path> reached = new TreeSet<>();
    Deque<Path> open = new ArrayDeque<>(List.of(ROOT.resolve("README.md")));
    while (!open.isEmpty()) {
      Path page = open.remove();
      if (page.toString().endsWith(".md") && Files.exists(page) && reached.add(page)) {
        open.addAll(targets(page));
      }
    }
    assertThat(pages()).hasSizeGreaterThan(10);
    assertThat(reached).containsAll(pages());
  }

  /** Those of the top folder and of docs. */
  private static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).toList();
    }
  }

  /** The files that a page's links name; addresses in the web are left out. */
  private static List<Path> targets(Path page) throws IOException {
    List<Path> targets = new ArrayList<>();
    Matcher link = LINK.matcher(Files.readString(page));
    while (link.find()) {
      if (!link.group(1).contains("://")) {
        targets.add(page.resolveSibling(link.group(1)).normalize());
      }
    }
    return targets;
  }
}
