# Builds the distribution of a checkout into dist/. Run by ./quiver: sh build-dist.sh CHECKOUT, with JAVA_HOME set.
# Shows every module as it is built. Every build has a folder of its own and dist is a link to the newest whole one, so
# nobody ever sees half of it; of several that are started at once, one builds and the others wait for it.
set -eu
here=$1
work=$here/.quiver
mkdir -p "$work"

say() { printf '%s\n' "quiver: $*" >&2; }

lock=$work/build.lock
if command -v flock >/dev/null 2>&1; then
  exec 9>"$lock"
  if ! flock -n 9; then
    say "another build is running; waiting for it"
    flock 9
  fi
else
  until mkdir "$lock.d" 2>/dev/null; do
    [ -n "${waiting:-}" ] || say "another build is running; waiting for it (if none is, remove $lock.d)"
    waiting=1
    sleep 1
  done
  trap 'rmdir "$lock.d" 2>/dev/null || true' EXIT
fi

fingerprint() {
  (cd "$here" && find pom.xml ./*/pom.xml ./*/src/main quiver .mvn/build-dist.sh -type f -exec cksum {} + | sort | cksum)
}

# Somebody else may have built while this one waited; and a touched file is not a changed one.
now=$(fingerprint)
if [ -f "$here/dist/stamp" ] && [ "$(cat "$here/dist/fingerprint" 2>/dev/null)" = "$now" ]; then
  touch "$here/dist/stamp"
  exit 0
fi

started=$(date +%s)
elapsed() { echo $(($(date +%s) - started)); }
if [ -f "$here/dist/stamp" ]; then
  say "the sources have changed: building again"
else
  say "building for the first time (a minute or two, and the downloads of Maven)"
fi
log=$work/build.log
new=$work/builds/$started-$$
stamp=$work/stamp.new
state=$work/build.state
mkdir -p "$new/lib" "$new/bench"
touch "$stamp"
echo "starting Maven" >"$state"

# On a terminal one line shows what is being built and for how long. (Its sleeps hold none of our streams open.)
(
  ticks=0
  while sleep 1 >/dev/null 2>&1 </dev/null; do
    ticks=$((ticks + 1))
    if [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; then
      printf '\r\033[2Kquiver:   %s, %s s' "$(cat "$state")" "$(elapsed)" >&2
    elif [ $((ticks % 20)) = 0 ]; then
      say "  still $(cat "$state"), $(elapsed) s"
    fi
  done
) 9>&- &
ticker=$!
stop_ticker() {
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
}
trap 'stop_ticker; rmdir "$lock.d" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

clear=
[ -t 2 ] && [ "${TERM:-dumb}" != dumb ] && clear='\r\033[2K'
result=$work/build.result
commit=$(git -C "$here" rev-parse HEAD 2>/dev/null) || commit=0000000000000000000000000000000000000000
: >"$log"
{
  cd "$here"
  code=0
  sh "$here/mvnw" -B -Dquick -Pdist -Dquiver.commit="$commit" -DskipTests -Dmaven.test.skip=true \
    -pl cli,bench -am package 9>&- || code=$?
  echo "$code" >"$result"
} 2>&1 | while IFS= read -r line; do
  printf '%s\n' "$line" >>"$log"
  case $line in
    "[INFO] Building Quiver "*"["*)
      name=${line#"[INFO] Building Quiver "}
      count=${name##*\[}
      printf "${clear}quiver:   %s (%s) at %s s\n" "${name%% *}" "${count%]*}" "$(elapsed)" >&2
      echo "building ${name%% *}" >"$state"
      ;;
  esac
done
if [ "$(cat "$result")" != 0 ]; then
  stop_ticker
  [ -z "$clear" ] || printf "$clear" >&2
  grep -E '^\[(ERROR|FATAL)\]' "$log" | head -n 30 >&2 || true
  rm -rf "$new"
  say "the build failed; its whole output is in $log"
  exit 1
fi

cp "$here"/cli/target/dist/lib/*.jar "$here"/cli/target/quiver-cli-*.jar "$new/lib/"
cp "$here"/bench/target/dist/lib/*.jar "$here"/bench/target/quiver-bench-*.jar "$new/bench/" 2>/dev/null || true
for jar in "$new"/bench/*.jar; do
  [ ! -f "$new/lib/$(basename "$jar")" ] || rm -f "$jar"
done
rm -rf "$here/cli/target/dist" "$here/bench/target/dist"
cp "$here/quiver" "$here/.mvn/find-jdk.sh" "$here/LICENSE" "$new/"
printf '%s\n' "$now" >"$new/fingerprint"
touch -r "$stamp" "$new/stamp"

# The jars' path is part of the start-up cache, so it is made where they stay.
if [ -z "${QUIVER_NO_AOT:-}" ]; then
  [ -z "$clear" ] || printf "$clear" >&2
  say "  preparing fast starts at $(elapsed) s"
  echo "preparing fast starts" >"$state"
  train() { # name command
    QUIVER_NO_AOT=1 QUIVER_JAVA_OPTS="-XX:AOTCacheOutput=$new/$1.aot" sh "$new/quiver" "$2" >>"$log" 2>&1 9>&- && return 0
    rm -f "$new/$1.aot"
    say "  that did not work (see $log); starts will be slower, nothing else"
  }
  train server warm-up
  train client config
fi

link=$work/dist.link
rm -rf "$link"
ln -s ".quiver/builds/$(basename "$new")" "$link"
[ -h "$here/dist" ] || rm -rf "$here/dist"
mv -T "$link" "$here/dist" 2>/dev/null || { rm -f "$here/dist"; mv "$link" "$here/dist"; }
# The build before this one stays: a server that runs from it may still open its jars.
ls -1dt "$work"/builds/* | tail -n +3 | while IFS= read -r old; do rm -rf "$old"; done
stop_ticker
[ -z "$clear" ] || printf "$clear" >&2
say "built in $(elapsed) s"
