package dev.quiver.api;

/** The caller went away in the middle of its body: there is nobody to answer. */
final class RestAborted extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RestAborted(Exception cause) {
    super("the connection ended within a body", cause);
  }
}
