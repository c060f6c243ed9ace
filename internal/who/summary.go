// SPDX-License-Identifier: Apache-2.0

package who

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/words"
)

// Summary is what was searched, and what the answer may lack.
type Summary struct {
	Found       int
	Messages    int // that were looked at
	First, Last time.Time
	families    map[string]int
	Losses      []Loss
	narrowed    string
	losses      uint64 // so far
	lossesAt    time.Time
}

// Loss says that messages were lost between two times.
type Loss struct {
	From, To time.Time
	Messages uint64 // datagrams
}

// maxFamilies bounds the names that are counted: a file may hold any.
const maxFamilies = 256

func (s *Summary) saw(m *decode.Message) {
	s.Messages++
	if t := m.Frame.Time; s.First.IsZero() || t.Before(s.First) {
		s.First = t
	}
	if t := m.Frame.Time; t.After(s.Last) {
		s.Last = t
	}
	f := m.FamilyText()
	if _, known := s.families[f]; known || len(s.families) < maxFamilies {
		s.families[f]++
	}
}

// Families are the families that were looked at, those with most messages first.
func (s *Summary) Families() []string {
	names := make([]string, 0, len(s.families))
	for f := range s.families {
		names = append(names, f)
	}
	slices.SortFunc(names, func(a, b string) int {
		if n := s.families[b] - s.families[a]; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	return names
}

// maxLosses bounds the spans of losses that are told apart.
const maxLosses = 16

// Lost takes how many datagrams the source has lost so far.
func (s *Search) Lost(total uint64) {
	sum := &s.sum
	if s.o.Within != nil && !s.o.Within(s.now) && !s.o.Within(sum.lossesAt) {
		sum.losses, sum.lossesAt = total, s.now
		return
	}
	if total > sum.losses {
		l := Loss{From: sum.lossesAt, To: s.now, Messages: total - sum.losses}
		if l.From.IsZero() {
			l.From = sum.First
		}
		if n := len(sum.Losses); n == maxLosses {
			last := &sum.Losses[n-1]
			last.To, last.Messages = l.To, last.Messages+l.Messages
		} else {
			sum.Losses = append(sum.Losses, l)
		}
	}
	sum.losses, sum.lossesAt = total, s.now
}

// Now is the time of the newest frame.
func (s *Search) Now() time.Time { return s.now }

// Summary is what was searched so far.
func (s *Search) Summary() *Summary {
	c := s.sum
	return &c
}

// Text says what was searched, and what the answer may lack, one clause each.
func (s *Summary) Text(q *Query, info *capture.Info, clock func(time.Time) string) []string {
	var out []string
	searched := words.Plural(s.Messages, "message", "messages")
	if s.Messages > 0 {
		searched += fmt.Sprintf(" from %s to %s, of %s", clock(s.First), clock(s.Last), list(s.Families()))
	}
	switch {
	case s.Found == 0 && len(q.terms) == 0:
		out = append(out, "no change in "+searched)
	case s.Found == 0:
		out = append(out, "nothing about "+q.String()+" in "+searched)
	default:
		out = append(out, words.Plural(s.Found, "change", "changes")+" in "+searched)
	}
	if s.narrowed != "" {
		out = append(out, s.narrowed)
	}
	if s.Found == 0 && q.maybeLink() {
		out = append(out, "a link is found by its name where the traffic told it, as an answer to ip link show does")
	}
	for _, l := range s.Losses {
		out = append(out, fmt.Sprintf("between %s and %s %s lost: what they changed is not here", clock(l.From), clock(l.To),
			words.Plural(int(min(l.Messages, 1<<62)), "message was", "messages were")))
	}
	return append(out, cannotKnow(info)...)
}

// list names a few.
func list(names []string) string {
	const most = 8
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = decode.Quote(n)
	}
	return strings.Join(quoted, ", ") + more
}

// cannotKnow is what the source cannot tell.
func cannotKnow(info *capture.Info) []string {
	return info.DoesNotSeeAny(
		capture.Unseen{Facts: capture.SeesRequests, What: "requests: who changed something is told by events alone"},
		capture.Unseen{Facts: capture.SeesProcesses, What: "processes, other than by looking up ports"},
		capture.Unseen{Facts: capture.SeesCauses, What: "who caused an event"},
		capture.Unseen{Facts: capture.SeesListeners, What: "listeners that do not read"},
		capture.Unseen{Facts: capture.SeesAllNetNS, What: "other network namespaces"})
}
