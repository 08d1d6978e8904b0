package dev.quiver.engine.audit;

import java.util.List;

/**
 * What a verification of an audit log found.
 *
 * @param records whole ones with a right hash
 * @param files that hold them
 * @param head the hash of the last record: who notes it elsewhere can tell later that nothing
 *     before it was changed, and that nothing behind it was cut off
 * @param problems where the chain is broken; empty: nowhere
 */
public record AuditReport(long records, int files, String head, List<AuditProblem> problems) {
  public AuditReport {
    problems = List.copyOf(problems);
  }

  public boolean isIntact() {
    return problems.isEmpty();
  }
}
