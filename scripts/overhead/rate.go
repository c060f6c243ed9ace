// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"
)

// atRate prints how much of one processor nltop itself takes while so many
// messages a second pass: requests that change a route, and their
// acknowledgements.
func (b bench) atRate(source string, rate int, during time.Duration) error {
	fmt.Printf("nltop's own time at %d messages a second for %s:\n\n", rate, during)
	tw := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "COMMAND\tOF ONE PROCESSOR\tMESSAGES/S\tSEEN\tLOST")
	for _, mode := range []struct {
		argv []string
		saw  func(stdout, stderr []byte) (account, error)
	}{
		{[]string{"stat", "-o", "json"}, sawStat},
		{[]string{"record", "-w", "FILE"}, sawMessages},
		{[]string{"trace"}, sawMessages},
		{[]string{"trace", "-o", "json"}, sawMessages},
		{[]string{"trace", "--exchanges", "-o", "json"}, sawMessages},
	} {
		w := watcher{name: strings.Join(mode.argv, " "), saw: mode.saw}
		w.argv = append([]string{"NLTOP", mode.argv[0], "--source", source}, mode.argv[1:]...)
		line, err := b.paced(&w, rate, during)
		if err != nil {
			return fmt.Errorf("nltop %s: %w", w.name, err)
		}
		fmt.Fprintln(tw, line)
	}
	return tw.Flush()
}

// sawStat reads the account of nltop stat, which depends on the source.
func sawStat(stdout, stderr []byte) (account, error) {
	if skippedPattern.Match(stderr) {
		return sawCounters(stdout, stderr)
	}
	return sawMessages(stdout, stderr)
}

func (b bench) paced(w *watcher, rate int, during time.Duration) (string, error) {
	p, err := b.start(w)
	if err != nil {
		return "", err
	}
	defer p.kill()
	begin, err := p.cpu()
	if err != nil {
		return "", err
	}
	at := time.Now()
	sent, err := elsewhere(func() (int, error) { return changeRoutes(rate/2, during) })
	if err != nil {
		return "", fmt.Errorf("send: %w", err)
	}
	took := time.Since(at)
	time.Sleep(settle)
	end, err := p.cpu()
	if err != nil {
		return "", err
	}
	saw, err := p.stop()
	if err != nil {
		return "", err
	}
	if saw.seen+saw.lost < uint64(2*sent) {
		return "", fmt.Errorf("it saw %d and lost %d, but at least %d were sent", saw.seen, saw.lost, 2*sent)
	}
	return fmt.Sprintf("nltop %s\t%.1f %%\t%.0f\t%d\t%d", w.name, 100*float64(end-begin)/float64(took),
		float64(2*sent)/took.Seconds(), saw.seen, saw.lost), nil
}

// elsewhere calls f in a network namespace of its own, which ends with it.
func elsewhere(f func() (int, error)) (n int, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Never unlocked: the thread ends, and the namespace with it.
		runtime.LockOSThread()
		if err = unix.Unshare(unix.CLONE_NEWNET); err != nil {
			err = fmt.Errorf("make network namespace: %w", err)
			return
		}
		n, err = f()
	}()
	<-done
	return n, err
}

// changeRoutes adds and deletes a route, perSecond times a second in all, and
// returns how often it did. Every request waits for its acknowledgement.
func changeRoutes(perSecond int, during time.Duration) (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return 0, fmt.Errorf("open socket: %w", err)
	}
	defer unix.Close(fd)
	buf := make([]byte, 4096)
	begin, n := time.Now(), 0
	for {
		elapsed := time.Since(begin)
		for due := int(min(elapsed, during).Seconds() * float64(perSecond)); n < due; n++ {
			if err := changeRoute(fd, n, buf); err != nil {
				return n, err
			}
		}
		if elapsed >= during && n%2 == 0 {
			return n, nil
		} else if elapsed >= during {
			during += time.Second / time.Duration(perSecond) // leave no route behind
		}
		time.Sleep(time.Millisecond)
	}
}

// changeRoute adds, if n is even, or deletes an unreachable host's route.
func changeRoute(fd, n int, buf []byte) error {
	ne := binary.NativeEndian
	typ, flags := uint16(unix.RTM_DELROUTE), uint16(unix.NLM_F_REQUEST|unix.NLM_F_ACK)
	if n%2 == 0 {
		typ, flags = unix.RTM_NEWROUTE, flags|unix.NLM_F_CREATE|unix.NLM_F_EXCL
	}
	// struct nlmsghdr, struct rtmsg (<linux/rtnetlink.h>), RTA_DST.
	m := ne.AppendUint32(buf[:0], 16+12+8)
	m = ne.AppendUint16(m, typ)
	m = ne.AppendUint16(m, flags)
	m = ne.AppendUint32(m, uint32(n+1)) // nlmsg_seq
	m = ne.AppendUint32(m, 0)
	m = append(m, unix.AF_INET, 32, 0, 0, 7 /* table */, unix.RTPROT_BOOT, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNREACHABLE, 0, 0, 0, 0)
	m = ne.AppendUint16(m, 8)
	m = ne.AppendUint16(m, unix.RTA_DST)
	m = append(m, 10, 0, byte(n>>9), byte(n>>1))
	if err := unix.Sendto(fd, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return fmt.Errorf("send request: %w", err)
	}
	got, _, err := unix.Recvfrom(fd, buf, 0)
	if err != nil {
		return fmt.Errorf("read acknowledgement: %w", err)
	}
	if got < 20 || ne.Uint16(buf[4:]) != unix.NLMSG_ERROR {
		return errors.New("read acknowledgement: it is none")
	}
	if e := int32(ne.Uint32(buf[16:])); e != 0 {
		return fmt.Errorf("change route: %w", unix.Errno(-e))
	}
	return nil
}
