#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0
# Copyright Hardstop contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

# The unit tests, which need no QEMU and no network; what build.sh was told of sanitizers and engines is not for them.
unset CFLAGS CXXFLAGS LIB_FUZZING_ENGINE
cmake -S "$SRC/hardstop" -B "$WORK/hardstop-tests" -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++
ninja -C "$WORK/hardstop-tests"
ctest --test-dir "$WORK/hardstop-tests" -L unit -LE 'tree|smoke|corpus' --output-on-failure -j "$(nproc)"
