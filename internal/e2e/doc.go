// SPDX-License-Identifier: Apache-2.0

// Package e2e holds the tests that run the built nltop as its user does: on
// the host's kernel, and in VMs beside tcpdump. It has no code of its own and
// tests no function of a package.
package e2e
