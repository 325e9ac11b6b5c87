# SPDX-License-Identifier: GPL-2.0-or-later
# What programs of others are built with: libraries, headers, a CMake package and pkg-config files, in the component
# "development".  harness/loader/example and harness/message/example are such programs.
if(NOT HARDSTOP_DEVELOPMENT)
  return()
endif()
include(CMakePackageConfigHelpers)
set(component COMPONENT development)
set(headers_place ${CMAKE_INSTALL_INCLUDEDIR}/hardstop)
set(package_place ${CMAKE_INSTALL_LIBDIR}/cmake/hardstop)
set(libraries base schema message wire setup case loader judge finding canary compat audit embedded report tool command
              afl_map mutate target libfuzzer)

# Each header compiles by itself; what is not here is nobody else's.
set(headers
  base/alloc base/check base/error base/mapped base/random
  message/cell message/hints message/member message/mutate message/pick message/reduce message/reflect message/revert
  message/text
  wire/builder wire/bytes wire/field wire/field_encode wire/stream
  setup/brought setup/trust
  case/case case/ring_areas
  loader/counters loader/frame loader/input loader/limits loader/loader loader/open loader/options loader/outcome loader/poke
  loader/report loader/written loader/own/own)
foreach(header ${headers})
  get_filename_component(folder harness/${header} DIRECTORY)
  install(FILES harness/${header}.h DESTINATION ${headers_place}/${folder} ${component})
endforeach()
foreach(schema ${HARDSTOP_SCHEMAS})
  install(FILES ${PROJECT_BINARY_DIR}/proto/${schema}.pb-c.h DESTINATION ${headers_place} ${component})
endforeach()

foreach(folder loader message)
  install(DIRECTORY harness/${folder}/example/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples/${folder} ${component})
endforeach()

foreach(library flags xxhash ${libraries})
  set_target_properties(hardstop_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS hardstop_${library} EXPORT hardstop ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} ${component}
          INCLUDES DESTINATION ${headers_place})
endforeach()
# The engine asks for a mutator without demanding one.
set(engine -fsanitize=fuzzer -Wl,-u,LLVMFuzzerCustomMutator -Wl,-u,LLVMFuzzerCustomCrossOver)
target_link_options(hardstop_libfuzzer INTERFACE "$<INSTALL_INTERFACE:${engine}>")
install(EXPORT hardstop NAMESPACE hardstop:: FILE hardstop-targets.cmake DESTINATION ${package_place} ${component})
configure_package_config_file(harness/hardstop-config.cmake.in ${PROJECT_BINARY_DIR}/hardstop-config.cmake
  INSTALL_DESTINATION ${package_place})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/hardstop-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/hardstop-config.cmake ${PROJECT_BINARY_DIR}/hardstop-config-version.cmake
        DESTINATION ${package_place} ${component})

# hardstop_pkg_config(NAME DESCRIPTION LIBS WORD... REQUIRES PACKAGE...): of libraries, those come first that use others.
function(hardstop_pkg_config name description)
  cmake_parse_arguments(ARG "" "" "LIBS;REQUIRES" ${ARGN})
  file(RELATIVE_PATH up ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  string(REGEX REPLACE "/$" "" up "${up}")
  list(JOIN ARG_LIBS " " libs)
  list(JOIN ARG_REQUIRES ", " requires)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/hardstop-${name}.pc @ONLY CONTENT
"prefix=\${pcfiledir}/@up@
includedir=\${prefix}/@headers_place@
libdir=\${prefix}/@CMAKE_INSTALL_LIBDIR@

Name: hardstop-@name@
Description: @description@
Version: @PROJECT_VERSION@
Requires: @requires@
Cflags: -I\"\${includedir}\"
Libs: -L\"\${libdir}\" @libs@
")
  install(FILES ${PROJECT_BINARY_DIR}/hardstop-${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig ${component})
endfunction()
hardstop_pkg_config(message "structure-aware mutation, reduction and text of any protobuf-c message"
  LIBS -lhardstop_message -lhardstop_base REQUIRES libprotobuf-c)
hardstop_pkg_config(loader "the interface to loaders of migration streams, and that of QEMU"
  LIBS -lhardstop_loader -lhardstop_case -lhardstop_setup -lhardstop_wire -lhardstop_schema
  REQUIRES hardstop-message jansson libdw libelf)
hardstop_pkg_config(command "the hardstop command, for a program with a loader of its own"
  LIBS -lhardstop_command -lhardstop_tool -lhardstop_report -lhardstop_embedded -lhardstop_audit -lhardstop_compat
       -lhardstop_canary -lhardstop_finding -lhardstop_judge
  REQUIRES hardstop-loader)
hardstop_pkg_config(libfuzzer "a target that libFuzzer drives, for a program with a loader of its own"
  LIBS ${engine} -lhardstop_libfuzzer -lhardstop_target -lhardstop_afl_map -lhardstop_mutate
       -lhardstop_finding -lhardstop_judge
  REQUIRES hardstop-loader)

# Names of symbols stay, what debuggers know of the place where this was built does not.
install(CODE "
  if(CMAKE_INSTALL_DO_STRIP)
    file(GLOB archives \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/libhardstop_*.a\")
    execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-debug --enable-deterministic-archives \${archives}
                    RESULT_VARIABLE status)
    if(status)
      message(FATAL_ERROR \"${CMAKE_STRIP}: \${status}\")
    endif()
  endif()" ${component})
