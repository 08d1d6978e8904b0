package dev.quiver.cli;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which module may use which: an arrow only points down the list of docs/adr/0002-modules.md. */
class ModuleArrowsTest {
  /** Each module and those of ours that it may use. */
  private static final Map<String, List<String>> ARROWS =
      new TreeMap<>(
          Map.of(
              "index", List.of(),
              "lucene", List.of("index"),
              "engine", List.of("index", "lucene"),
              "embed", List.of(),
              "api", List.of("index", "lucene", "engine", "embed"),
              "server", List.of("index", "lucene", "engine", "embed", "api"),
              "cli", List.of("index", "lucene", "engine", "embed", "api", "server")));

  private static JavaClasses ours;

  @BeforeAll
  static void read() {
    ours =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.quiver");
  }

  @TestFactory
  List<DynamicTest> everyModuleUsesOnlyThoseBelowIt() {
    List<DynamicTest> tests = new ArrayList<>();
    ARROWS.forEach(
        (module, allowed) -> {
          List<String> packages = new ArrayList<>(List.of(packageOf(module)));
          allowed.forEach(name -> packages.add(packageOf(name)));
          tests.add(
              DynamicTest.dynamicTest(
                  module + " -> " + allowed,
                  () ->
                      classes()
                          .that()
                          .resideInAPackage(packageOf(module))
                          .should()
                          .onlyDependOnClassesThat(
                              resideOutsideOfPackage("dev.quiver..")
                                  .or(resideInAnyPackage(packages.toArray(String[]::new))))
                          .check(ours)));
        });
    return tests;
  }

  @Test
  void theKernelUsesNothingButTheJdk() {
    classes()
        .that()
        .resideInAPackage(packageOf("index"))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("java..", "jdk.incubator.vector..", "dev.quiver.index..")
                .or(
                    resideInAnyPackage(
                        "org.jspecify.annotations..", "com.google.errorprone.annotations..")))
        .check(ours);
  }

  @Test
  void theCodecUsesLuceneButNoServer() {
    noClasses()
        .that()
        .resideInAnyPackage(packageOf("lucene"), packageOf("engine"), packageOf("embed"))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("io.helidon..", "io.grpc..", "io.qdrant..", "picocli.."))
        .check(ours);
  }

  @Test
  void simdStandsInTheKernelOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage(packageOf("index"))
        .should()
        .dependOnClassesThat(resideInAPackage("jdk.incubator.vector.."))
        .check(ours);
  }

  /** Searches are slower in a process that has used such memory: docs/performance.md. */
  @Test
  void noMemoryIsConfinedToOneThread() {
    noClasses().should().callMethod(Arena.class, "ofConfined").check(ours);
  }

  @Test
  void callsChangeTheDatabaseThroughTheGuardOnly() {
    DescribedPredicate<JavaMethodCall> changing =
        DescribedPredicate.describe(
            "a call of a changing method of Database",
            call ->
                call.getTargetOwner().isAssignableTo("dev.quiver.engine.Database")
                    && List.of(
                            "createCollection",
                            "updateCollection",
                            "deleteCollection",
                            "updateAliases",
                            "updateQuotas",
                            "write")
                        .contains(call.getName()));
    noClasses()
        .that()
        .resideInAPackage(packageOf("api"))
        .and()
        .doNotHaveFullyQualifiedName("dev.quiver.api.Changes")
        .should()
        .callMethodWhere(changing)
        .check(ours);
  }

  @Test
  void modulesHaveNoCycles() {
    slices().matching("dev.quiver.(*)..").should().beFreeOfCycles().check(ours);
  }

  @Test
  void everyModuleIsSeen() {
    assertThat(ours.that(alwaysTrue()).stream().map(c -> c.getPackageName().split("\\.")[2]))
        .containsAll(ARROWS.keySet());
  }

  private static String packageOf(String module) {
    return "dev.quiver." + module + "..";
  }
}
