// SPDX-License-Identifier: Apache-2.0

// Package place says where a process runs: its systemd unit, container and pod.
// It reads cgroup paths, and the files that container runtimes leave for their
// own use where they are readable; it talks to no runtime and captures nothing.
package place
