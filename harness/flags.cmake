# SPDX-License-Identifier: GPL-2.0-or-later
# Our flags, on our targets only: CFLAGS stay the user's, and who links what is installed has flags of his own.
add_library(hardstop_flags INTERFACE)
add_library(hardstop_build_flags INTERFACE)
target_link_libraries(hardstop_flags INTERFACE $<BUILD_INTERFACE:hardstop_build_flags>)
target_compile_definitions(hardstop_build_flags INTERFACE _GNU_SOURCE)
target_compile_options(hardstop_build_flags INTERFACE -Wall -Wextra -Wshadow -Wno-missing-braces
                       -Wno-missing-field-initializers -Werror=implicit-function-declaration
                       # A check that fails names its file from the top of the tree, wherever that was built.
                       -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
target_include_directories(hardstop_build_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/proto)
if(HARDSTOP_COVERAGE)
  # Many processes run the same code at once.
  target_compile_options(hardstop_build_flags INTERFACE --coverage -fprofile-update=atomic -include
                         ${PROJECT_SOURCE_DIR}/harness/coverage.h)
  target_link_options(hardstop_build_flags INTERFACE --coverage)
endif()
if(HARDSTOP_LIB_FUZZING_ENGINE)
  message(STATUS "engine given: ${HARDSTOP_LIB_FUZZING_ENGINE}; no sanitizer flags of our own")
else()
  if(HARDSTOP_SANITIZE)
    target_compile_options(hardstop_build_flags INTERFACE -fsanitize=${HARDSTOP_SANITIZE} -fno-sanitize-recover=all
                           -fno-omit-frame-pointer)
    target_link_options(hardstop_build_flags INTERFACE -fsanitize=${HARDSTOP_SANITIZE})
  endif()
  if(HARDSTOP_ENGINE STREQUAL libfuzzer)
    if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
      message(FATAL_ERROR "libFuzzer needs clang: configure with CC=clang CXX=clang++")
    endif()
    if(HARDSTOP_INSTRUMENT)
      target_compile_options(hardstop_build_flags INTERFACE -fsanitize=fuzzer-no-link)
      target_link_options(hardstop_build_flags INTERFACE -fsanitize=fuzzer-no-link)
    endif()
  endif()
  if(HARDSTOP_ENGINE STREQUAL afl AND NOT HARDSTOP_INSTRUMENT)
    # afl-clang-fast instruments whatever it compiles, unless it is told this.
    set_property(GLOBAL PROPERTY RULE_LAUNCH_COMPILE "${CMAKE_COMMAND} -E env AFL_NOOPT=1")
  endif()
  if(NOT HARDSTOP_ENGINE STREQUAL replay AND NOT HARDSTOP_SANITIZE AND HARDSTOP_INSTRUMENT)
    message(WARNING "fuzzing our own code without a sanitizer: set HARDSTOP_SANITIZE=address,undefined")
  endif()
endif()
if(CMAKE_C_COMPILER_ID MATCHES Clang)
  # protobuf-c calls the functions of a message through pointers of another type, which clang from 17 on tells of in C.
  # Behind -fsanitize: the last one counts.
  target_compile_options(hardstop_build_flags INTERFACE -fno-sanitize=function)
endif()
if(NOT HARDSTOP_ENGINE STREQUAL replay OR HARDSTOP_LIB_FUZZING_ENGINE)
  # Engines are written in C++.
  enable_language(CXX)
endif()
# Whether what is built can be linked by others: it wants no sanitizer, no engine's instrumentation, no library of ours.
set(HARDSTOP_DEVELOPMENT ON)
if(BUILD_SHARED_LIBS OR HARDSTOP_SANITIZE OR HARDSTOP_COVERAGE OR HARDSTOP_STATIC OR HARDSTOP_LIB_FUZZING_ENGINE OR
   HARDSTOP_PROTOBUF_C_SOURCE OR HARDSTOP_JANSSON_SOURCE OR HARDSTOP_ENGINE STREQUAL afl OR
   (HARDSTOP_ENGINE STREQUAL libfuzzer AND HARDSTOP_INSTRUMENT))
  set(HARDSTOP_DEVELOPMENT OFF)
endif()
