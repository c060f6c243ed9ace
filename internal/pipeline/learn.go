// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

func unknownFamilies(ms []decode.Message) bool {
	for i := range ms {
		if unknownFamily(&ms[i]) {
			return true
		}
	}
	return false
}

// unknownFamily says whether the id of a generic-netlink family has no name.
func unknownFamily(m *decode.Message) bool {
	return m.Frame.Protocol == capture.NETLINK_GENERIC && m.Family == "" && m.Header.Type >= 16
}

// relearn asks the kernel for its families, at most once a second of frame
// time, and says whether it did. A recording gets the answer too: a module may
// have registered its family since it began.
func (p *Pipeline) relearn(now time.Time) (bool, error) {
	if p.o.Families == nil || now.Sub(p.learned).Abs() < time.Second {
		return false, nil
	}
	p.learned = now
	fs, _ := p.families.ask("", p.o.Families)
	if len(fs) == 0 {
		return false, nil
	}
	p.Learn(fs)
	return true, p.teach(fs)
}

// teach writes what was learned to the recording, if there is one.
func (p *Pipeline) teach(fs []*capture.Frame) error {
	if t, ok := p.o.Recorder.(Teacher); ok {
		p.mu.Lock()
		defer p.mu.Unlock()
		return t.WritePreamble(p.Shown(fs))
	}
	return nil
}

// askPolicies asks the kernel for the policies of the families that these
// messages belong to and that nobody knows. A family that the kernel will not
// tell of is asked for once too.
func (p *Pipeline) askPolicies(ms []decode.Message) (taught bool, err error) {
	if p.o.Policy == nil {
		return false, nil
	}
	for i := range ms {
		id, ok := p.o.Decoder.WantsPolicy(&ms[i])
		if !ok || p.asked[ms[i].Family] || len(p.asked) >= maxAsked {
			continue
		}
		if p.asked == nil {
			p.asked = make(map[string]bool)
		}
		fs, now := p.policy.ask(ms[i].Family, func() ([]*capture.Frame, error) {
			return p.o.Policy(id)
		})
		if !now {
			return taught, nil
		}
		p.asked[p.policy.of] = true
		if len(fs) == 0 {
			continue // a kernel before 5.7, or the family is gone
		}
		p.Learn(fs)
		taught = true
		if err := p.teach(fs); err != nil {
			return taught, err
		}
	}
	return taught, nil
}

// maxAsked bounds the questions: a kernel has some dozens of families.
const maxAsked = 256

// Learn decodes frames for what they teach (nlctrl replies) and shows nothing
// of them. It must not be called while Run is running, except by the loop.
func (p *Pipeline) Learn(fs []*capture.Frame) {
	for _, f := range fs {
		p.o.Decoder.Frame(f, nil)
		if p.o.Pseudonyms != nil {
			p.o.Pseudonyms.Decoder().Frame(f, nil)
		}
	}
}
