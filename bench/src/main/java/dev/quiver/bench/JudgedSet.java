package dev.quiver.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Texts, and questions of which it is known what they must find.
 *
 * @param name short, for figures
 * @param about what documents and questions are, for people
 * @param documents texts; a document's id is its place
 */
record JudgedSet(String name, String about, List<String> documents, List<Question> questions) {
  /**
   * A question and how relevant documents are to it.
   *
   * @param relevant from the id of a document to its grade, 1 or more; others are not relevant
   */
  record Question(String text, Map<Long, Integer> relevant) {}

  /** So many questions at most, picked at even distances. */
  static <T> List<T> some(List<T> questions, int most) {
    int step = Math.max(1, questions.size() / most);
    List<T> picked = new ArrayList<>();
    for (int i = 0; i < questions.size() && picked.size() < most; i += step) {
      picked.add(questions.get(i));
    }
    return picked;
  }
}
