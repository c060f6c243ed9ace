// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/fixture"
	"github.com/nltop/nltop/internal/golden"
)

// fixtureFiles are the fixtures of a family: the files of its folder. Package
// fixture says what is in one.
func fixtureFiles(t testing.TB, family string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", family, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readFixture(t testing.TB, file string) *fixture.Fixture {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := fixture.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return f
}

func TestFixtures(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the fixtures are of a little-endian machine")
	}
	for _, fam := range families.All() {
		for _, file := range fixtureFiles(t, fam.Name) {
			t.Run(fam.Name+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
				err := fixture.Check(file, decode.New(families.All(), decode.Options{}), fam.Protocol, golden.Update())
				if differs := (*fixture.Difference)(nil); errors.As(err, &differs) {
					t.Fatalf("tree (-want +got):\n%s", cmp.Diff(differs.Want, differs.Got))
				}
				if err != nil {
					t.Fatal(err)
				}
				d := decode.New(families.All(), decode.Options{})
				for _, f := range readFixture(t, file).Frames(fam.Protocol) {
					d.Frame(f, nil)
					cut(d, f)
				}
			})
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cut decodes beginnings of a datagram, as a snap length or a broken sender
// makes them: it must end without a panic.
func cut(d *decode.Decoder, f *capture.Frame) {
	for n := 0; n < len(f.Data); n += 1 + n/64 {
		short := *f
		short.Data = f.Data[:n:n]
		for _, m := range d.Frame(&short, nil) {
			m.Body()
		}
	}
}
