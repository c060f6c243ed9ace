// SPDX-License-Identifier: Apache-2.0

package ynl_test

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// sourceTar is what Debian's package linux-source-6.12 installs. The specs are
// taken out of it: none is committed here.
const sourceTar = "/usr/src/linux-source-6.12.tar.xz"

// specCount is how many specs the tar has at least.
const specCount = 19

var specsOnce = sync.OnceValues(extractSpecs)

// kernelSpecs returns a directory with the specs of linux-source-6.12. Without
// the package the test is skipped, unless the environment says that this
// machine was prepared by scripts/deps.
func kernelSpecs(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat(sourceTar); errors.Is(err, os.ErrNotExist) {
		if os.Getenv("NLTOP_CI") != "" || os.Getenv("NLTOP_LIVE") == "1" {
			t.Fatalf("%s is missing (package linux-source-6.12)", sourceTar)
		}
		t.Skipf("%s is missing (package linux-source-6.12)", sourceTar)
	}
	dir, err := specsOnce()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var specsDir string

func TestMain(m *testing.M) {
	code := m.Run()
	if specsDir != "" {
		os.RemoveAll(specsDir)
	}
	os.Exit(code)
}

// extractSpecs reads the tar until the specs are behind: they stand early.
func extractSpecs() (string, error) {
	dir, err := os.MkdirTemp("", "nltop-specs-")
	if err != nil {
		return "", err
	}
	specsDir = dir
	xz := exec.Command("xz", "-dc", sourceTar)
	out, err := xz.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := xz.Start(); err != nil {
		return "", err
	}
	defer func() { _ = xz.Process.Kill(); _ = xz.Wait() }()
	found := 0
	for tr := tar.NewReader(out); ; {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
		in := strings.Contains(h.Name, "/Documentation/netlink/specs/")
		if !in && found > 0 {
			break
		}
		if !in || h.Typeflag != tar.TypeReg || !strings.HasSuffix(h.Name, ".yaml") {
			continue
		}
		data, err := io.ReadAll(tr)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, path.Base(h.Name)), data, 0o600); err != nil {
			return "", err
		}
		found++
	}
	if found < specCount {
		return "", errors.New("too few specs in " + sourceTar)
	}
	return dir, nil
}
