// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"errors"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// The loop waits once for an answer, and takes a late one when it is there.
func TestQuestion(t *testing.T) {
	frames := []*capture.Frame{{ID: 1}}
	t.Run("at once", func(t *testing.T) {
		q := question{patience: time.Hour}
		fs, now := q.ask("nlctrl", func() ([]*capture.Frame, error) { return frames, nil })
		if !now || len(fs) != 1 {
			t.Errorf("%d frames, %v", len(fs), now)
		}
	})
	t.Run("error", func(t *testing.T) {
		q := question{patience: time.Hour}
		if fs, now := q.ask("nlctrl", func() ([]*capture.Frame, error) { return frames, errors.New("no") }); !now || fs != nil {
			t.Errorf("%d frames, %v", len(fs), now)
		}
	})
	t.Run("late", func(t *testing.T) {
		q := question{patience: time.Nanosecond}
		answer, asked := make(chan struct{}), 0
		hang := func() ([]*capture.Frame, error) {
			asked++ // read when it has answered
			<-answer
			return frames, nil
		}
		for range 3 {
			if _, now := q.ask("nlctrl", hang); now {
				t.Fatal("an answer before there is one")
			}
		}
		close(answer)
		for {
			if fs, now := q.ask("nlctrl", hang); now {
				if len(fs) != 1 || asked != 1 {
					t.Errorf("%d frames, asked %d times", len(fs), asked)
				}
				return
			}
		}
	})
}
