package dev.quiver.engine.audit;

/**
 * A place where an audit log is not what was written.
 *
 * @param file its name, without the folder
 * @param line counted from 1
 * @param offset of the line's first byte in the file
 * @param length of the line in bytes, without its end
 */
public record AuditProblem(String file, int line, long offset, int length, String what) {
  @Override
  public String toString() {
    return file + ":" + line + ": " + what;
  }
}
