package dev.quiver.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One synset of WordNet: words that share a meaning, and what that meaning is.
 *
 * @param id WordNet's nine-digit synset number: a digit for the part of speech (1 noun, 2 verb, 3
 *     adjective, 4 adverb), then the eight-digit offset, as in WordNet's Prolog files
 * @param partOfSpeech {@code noun}, {@code verb}, {@code adjective} or {@code adverb}
 * @param category WordNet's lexicographer file, for example {@code noun.artifact}
 * @param lemmas the words, most usual first, with blanks inside compounds
 * @param definition the gloss without its examples
 * @param examples sentences that use one of the words; often none
 */
public record WordNetGloss(
    long id,
    String partOfSpeech,
    String category,
    List<String> lemmas,
    String definition,
    List<String> examples) {
  /** A quote that belongs to the definition follows neither of these. */
  private static final Pattern FIRST_EXAMPLE = Pattern.compile("[;:] *\"");

  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

  public WordNetGloss {
    Objects.requireNonNull(partOfSpeech, "partOfSpeech");
    Objects.requireNonNull(category, "category");
    Objects.requireNonNull(definition, "definition");
    lemmas = List.copyOf(lemmas);
    examples = List.copyOf(examples);
  }

  /** Splits a gloss, {@code definition; "example"; "example"- author}, into its parts. */
  static WordNetGloss parse(
      long id, String partOfSpeech, String category, List<String> lemmas, String gloss) {
    Matcher first = FIRST_EXAMPLE.matcher(gloss);
    if (!first.find()) {
      return new WordNetGloss(id, partOfSpeech, category, lemmas, gloss.strip(), List.of());
    }
    int end = first.start();
    List<String> examples = new ArrayList<>();
    Matcher quoted = QUOTED.matcher(gloss);
    for (int from = end; quoted.find(from); from = quoted.end()) {
      examples.add(quoted.group(1).strip());
    }
    return new WordNetGloss(
        id, partOfSpeech, category, lemmas, gloss.substring(0, end).strip(), examples);
  }
}
