package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;

import org.jspecify.annotations.Nullable;

/**
 * A bad request and how it must be answered.
 *
 * @param error the whole text, or the parts of it that must be there, with {@code ...} between
 */
record BadRequest(String method, String path, @Nullable String body, int status, String error) {
  static final String C = "/collections/c";
  static final String P = C + "/points";

  static BadRequest put(String path, String body, int status, String error) {
    return new BadRequest("PUT", path, json(body), status, error);
  }

  static BadRequest post(String path, String body, int status, String error) {
    return new BadRequest("POST", path, json(body), status, error);
  }

  static BadRequest patch(String path, String body, int status, String error) {
    return new BadRequest("PATCH", path, json(body), status, error);
  }

  static BadRequest get(String path, int status, String error) {
    return new BadRequest("GET", path, null, status, error);
  }

  @Override
  public String toString() {
    String shown = body == null ? "" : " " + (body.length() > 60 ? body.substring(0, 60) : body);
    return method + " " + path + shown;
  }
}
