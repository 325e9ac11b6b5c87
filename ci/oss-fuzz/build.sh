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

# Builds the targets with what the environment says; the work is done by a script of the project itself.
exec "$SRC/hardstop/ci/build-fuzzers.sh"
