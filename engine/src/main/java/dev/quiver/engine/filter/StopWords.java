package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.bn.BengaliAnalyzer;
import org.apache.lucene.analysis.ca.CatalanAnalyzer;
import org.apache.lucene.analysis.da.DanishAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.el.GreekAnalyzer;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.eu.BasqueAnalyzer;
import org.apache.lucene.analysis.fi.FinnishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.hu.HungarianAnalyzer;
import org.apache.lucene.analysis.id.IndonesianAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.ja.JapaneseAnalyzer;
import org.apache.lucene.analysis.ne.NepaliAnalyzer;
import org.apache.lucene.analysis.nl.DutchAnalyzer;
import org.apache.lucene.analysis.no.NorwegianAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.ro.RomanianAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.sv.SwedishAnalyzer;
import org.apache.lucene.analysis.tr.TurkishAnalyzer;

/**
 * Words that a text index leaves out: lists by language (Lucene's where it has one, else {@link
 * StopWordFiles files} and our own) and the caller's own.
 */
final class StopWords {
  private static final Map<String, Supplier<CharArraySet>> BY_LANGUAGE =
      Map.ofEntries(
          Map.entry("arabic", ArabicAnalyzer::getDefaultStopSet),
          Map.entry("azerbaijani", () -> StopWordFiles.of("azerbaijani")),
          Map.entry("basque", BasqueAnalyzer::getDefaultStopSet),
          Map.entry("bengali", BengaliAnalyzer::getDefaultStopSet),
          Map.entry("catalan", CatalanAnalyzer::getDefaultStopSet),
          Map.entry("chinese", () -> new CharArraySet(ChineseStopWords.WORDS, false)),
          Map.entry("danish", DanishAnalyzer::getDefaultStopSet),
          Map.entry("dutch", DutchAnalyzer::getDefaultStopSet),
          Map.entry("english", () -> new CharArraySet(EnglishStopWords.WORDS, false)),
          Map.entry("finnish", FinnishAnalyzer::getDefaultStopSet),
          Map.entry("french", FrenchAnalyzer::getDefaultStopSet),
          Map.entry("german", GermanAnalyzer::getDefaultStopSet),
          Map.entry("greek", GreekAnalyzer::getDefaultStopSet),
          Map.entry("hebrew", () -> StopWordFiles.of("hebrew")),
          Map.entry("hinglish", () -> new CharArraySet(HinglishStopWords.WORDS, false)),
          Map.entry("hungarian", HungarianAnalyzer::getDefaultStopSet),
          Map.entry("indonesian", IndonesianAnalyzer::getDefaultStopSet),
          Map.entry("italian", ItalianAnalyzer::getDefaultStopSet),
          Map.entry("japanese", JapaneseAnalyzer::getDefaultStopSet),
          Map.entry("kazakh", () -> StopWordFiles.of("kazakh")),
          Map.entry("nepali", NepaliAnalyzer::getDefaultStopSet),
          Map.entry("norwegian", NorwegianAnalyzer::getDefaultStopSet),
          Map.entry("portuguese", PortugueseAnalyzer::getDefaultStopSet),
          Map.entry("romanian", RomanianAnalyzer::getDefaultStopSet),
          Map.entry("russian", RussianAnalyzer::getDefaultStopSet),
          Map.entry("slovene", () -> StopWordFiles.of("slovene")),
          Map.entry("spanish", SpanishAnalyzer::getDefaultStopSet),
          Map.entry("swedish", SwedishAnalyzer::getDefaultStopSet),
          Map.entry("tajik", () -> StopWordFiles.of("tajik")),
          Map.entry("turkish", TurkishAnalyzer::getDefaultStopSet));

  private StopWords() {}

  static boolean supports(String language) {
    return BY_LANGUAGE.containsKey(language);
  }

  /**
   * @param given a language, or an object with {@code languages} and {@code custom}; may be missing
   */
  static Set<String> of(JsonNode given) {
    Set<String> words = new HashSet<>();
    if (given.isTextual()) {
      addLanguage(given.asText(), words);
    }
    for (JsonNode language : given.path("languages")) {
      addLanguage(language.asText(), words);
    }
    for (JsonNode word : given.path("custom")) {
      words.add(word.asText());
    }
    return words;
  }

  private static void addLanguage(String language, Set<String> words) {
    Supplier<CharArraySet> list = BY_LANGUAGE.get(language);
    if (list == null) {
      throw new IllegalArgumentException("stop word language: " + language);
    }
    for (Object word : list.get()) {
      words.add(new String((char[]) word));
    }
  }
}
