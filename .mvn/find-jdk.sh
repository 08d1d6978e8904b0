# Finds a JDK 25 and prints its home folder. Sourced by ./mvnw, ./quiver and .ci/run (POSIX sh).
#
# Looks, in this order, at QUIVER_JAVA_HOME, JAVA_HOME, the `java` on PATH and the places where
# packages put JDKs. A candidate counts when it has both bin/java and bin/javac and its `release`
# file says version 25 or newer. QUIVER_JDK_PLACES replaces the places (folders that hold JDKs, with blanks between).

quiver_jdk_major() { # folder -> major version, or nothing
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -f "$1/release" ] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

quiver_find_jdk() {
  quiver_seen=""
  quiver_on_path=""
  if quiver_java=$(command -v java 2>/dev/null); then
    quiver_java=$(readlink -f "$quiver_java" 2>/dev/null || printf '%s' "$quiver_java")
    quiver_on_path=$(dirname "$(dirname "$quiver_java")")
  fi
  quiver_places="/usr/lib/jvm /usr/java /opt/java /opt $HOME/.sdkman/candidates/java $HOME/.jdks"
  quiver_places=${QUIVER_JDK_PLACES:-$quiver_places}
  quiver_candidates=""
  for quiver_place in $quiver_places; do
    quiver_candidates="$quiver_candidates $(echo "$quiver_place"/*)"
  done
  # shellcheck disable=SC2086 # a list of folders
  for quiver_candidate in "${QUIVER_JAVA_HOME:-}" "${JAVA_HOME:-}" "$quiver_on_path" $quiver_candidates \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$quiver_candidate" ] || continue
    quiver_major=$(quiver_jdk_major "$quiver_candidate") || continue
    if [ "${quiver_major:-0}" -ge 25 ]; then
      printf '%s\n' "$quiver_candidate"
      return 0
    fi
    quiver_seen="$quiver_seen
  $quiver_candidate is version ${quiver_major:-unknown}"
  done
  {
    echo "quiver: no JDK 25 found."
    echo "Looked at QUIVER_JAVA_HOME=${QUIVER_JAVA_HOME:-(not set)}, JAVA_HOME=${JAVA_HOME:-(not set)}, java on PATH, and in: $quiver_places."
    if [ -n "$quiver_seen" ]; then echo "Found, but too old or not a JDK:$quiver_seen"; else echo "Found no JDK at all."; fi
    echo "Install a JDK 25 (for example Eclipse Temurin 25) or set JAVA_HOME to one, and run this again."
  } >&2
  return 1
}
