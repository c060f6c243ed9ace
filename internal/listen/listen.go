// SPDX-License-Identifier: Apache-2.0

// Package listen captures what the kernel lets everybody hear: the multicast
// notifications of every protocol, as far as this user may join the groups.
//
// It needs no privilege and changes nothing: it joins no group through which
// the kernel asks a daemon to act, loads no module and turns nothing on. It
// sees no requests and no replies, and of processes only those that send to a
// group themselves, as udevd does.
package listen

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/process"
)

// Options of Open.
type Options struct {
	Snap int // snap length in bytes; 0: whole messages
}

// Ways of losing.
const (
	// The kernel found our receive buffer full; sk_drops counts the messages.
	lostOverrun = "listener overrun"
	// The kernel could not build or pass on a message and reported ENOBUFS
	// (netlink_set_err): one report, at least one message.
	lostReported = "ENOBUFS reported to the listener"
)

var (
	described = capture.Describe(capture.SourceListen)
	sees      = described.Always()
)

// source implements capture.Source.
type source struct {
	sockets []*socket
	epoll   int
	wake    int // eventfd that ends Run
	snap    int
	netns   uint64
	buf     []byte
	oob     []byte
	origins capture.Origins
	senders senders

	running sync.Mutex // held by Run, and by Close while it closes the sockets
	closing sync.Once
	err     error // of Close

	mu       sync.Mutex // guards what follows, and the sockets' joined, denied and drops
	blind    []string
	stats    capture.Stats // without Lost
	overrun  uint64
	reported uint64
	closed   bool
}

// Open joins the groups. Of the filter it applies the protocols.
func Open(filter capture.Filter, opt Options) (capture.Source, error) {
	s, err := open(filter, opt, rcvbuf)
	if err != nil {
		return nil, err // and not a nil *source
	}
	return s, nil
}

func open(filter capture.Filter, opt Options, rcvbuf int) (_ *source, err error) {
	wanted, err := protocols()
	if err != nil {
		return nil, err
	}
	if len(filter.Protocols) > 0 {
		wanted = slices.DeleteFunc(wanted, func(p uint16) bool { return !slices.Contains(filter.Protocols, p) })
	}
	s := &source{snap: opt.Snap, epoll: -1, wake: -1, buf: make([]byte, 64<<10), oob: make([]byte, 512), senders: senders{root: "/proc"}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if s.netns, err = ownNetNS(); err != nil {
		return nil, err
	}
	if s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("make epoll: %w", err)
	}
	if s.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, fmt.Errorf("make eventfd: %w", err)
	}
	if err := s.watch(s.wake); err != nil {
		return nil, err
	}
	for _, p := range wanted {
		if err := s.listen(p, rcvbuf); err != nil {
			s.blind = append(s.blind, err.Error())
		}
	}
	if len(s.sockets) == 0 {
		return nil, fmt.Errorf("no multicast group may be joined here: %s", strings.Join(s.blind, "; "))
	}
	return s, nil
}

func ownNetNS() (uint64, error) {
	fi, err := os.Stat("/proc/thread-self/ns/net")
	if err != nil {
		return 0, fmt.Errorf("find network namespace: %w", err)
	}
	return fi.Sys().(*syscall.Stat_t).Ino, nil
}

func (s *source) watch(fd int) error {
	ev := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}
	if err := unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
		return fmt.Errorf("watch socket: %w", err)
	}
	return nil
}

// listen opens a socket for a protocol and joins its groups. A protocol none of
// whose groups may be joined needs no socket.
func (s *source) listen(protocol uint16, rcvbuf int) error {
	k, err := openSocket(protocol, rcvbuf)
	if err != nil {
		return err
	}
	skip := asks[protocol].groups
	switch protocol {
	case capture.NETLINK_GENERIC:
		// First, so that no family is missed between the dump and this.
		k.join(nlctrlNotify)
		families, err := dumpFamilies()
		if err != nil {
			s.blind = append(s.blind, err.Error())
		}
		for _, f := range families {
			s.joinFamily(k, f)
		}
	case capture.NETLINK_NETFILTER:
		more, blind := unloaded()
		skip = append(slices.Clone(skip), more...)
		k.joinAll(skip)
		if len(k.joined) > 0 {
			s.blind = append(s.blind, blind...)
		}
	default:
		k.joinAll(skip)
	}
	if len(k.denied) > 0 && protocol != capture.NETLINK_GENERIC {
		s.blind = append(s.blind, k.deniedClause())
	}
	if len(k.joined) == 0 {
		return unix.Close(k.fd)
	}
	if what := asks[protocol].what; what != "" {
		s.blind = append(s.blind, what+": "+wouldAnswer)
	}
	if err := s.watch(k.fd); err != nil {
		return errors.Join(err, unix.Close(k.fd))
	}
	s.sockets = append(s.sockets, k)
	return nil
}

func (k *socket) deniedClause() string {
	name, need := capture.ProtocolName(k.protocol), "CAP_NET_ADMIN"
	if k.protocol == capture.NETLINK_AUDIT {
		need = "CAP_AUDIT_READ"
	}
	if len(k.joined) == 0 {
		return fmt.Sprintf("%s groups: needs %s", name, need)
	}
	var groups []string
	for _, g := range k.denied {
		groups = append(groups, fmt.Sprint(g))
	}
	return fmt.Sprintf("%s groups %s: needs %s", name, strings.Join(groups, ", "), need)
}

// joinFamily joins the groups of a generic-netlink family.
func (s *source) joinFamily(k *socket, f family) {
	if slices.Contains(asksFamily, f.name) {
		s.blind = append(s.blind, "generic family "+f.name+": "+wouldAnswer)
		return
	}
	for _, g := range f.groups {
		denied := len(k.denied)
		if k.join(g.id); len(k.denied) > denied {
			s.blind = append(s.blind, fmt.Sprintf("generic group %s/%s: needs CAP_NET_ADMIN", f.name, g.name))
		}
	}
}

// Run emits notifications until ctx ends. What was queued by then is emitted
// still.
func (s *source) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	s.running.Lock()
	defer s.running.Unlock()
	if s.isClosed() {
		return nil
	}
	stop := context.AfterFunc(ctx, s.interrupt)
	defer stop()
	err := s.loop(emit)
	if err != nil && ctx.Err() != nil {
		return nil // emit may refuse frames once ctx has ended
	}
	return err
}

func (s *source) loop(emit func(*capture.Frame) error) error {
	events := make([]unix.EpollEvent, len(s.sockets)+1)
	for {
		n, err := unix.EpollWait(s.epoll, events, -1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("wait for notifications: %w", err)
		}
		for _, ev := range events[:max(n, 0)] {
			if int(ev.Fd) == s.wake {
				return s.last(emit)
			}
		}
		for _, ev := range events[:max(n, 0)] {
			i := slices.IndexFunc(s.sockets, func(k *socket) bool { return k.fd == int(ev.Fd) })
			// A bound, so that a busy protocol does not shut out the rest.
			const atOnce = 64
			if _, err := s.read(s.sockets[i], atOnce, emit); err != nil {
				return err
			}
		}
	}
}

// last reads what is queued, and no more than a queue can hold.
func (s *source) last(emit func(*capture.Frame) error) error {
	const queue = 1 << 16
	for _, k := range s.sockets {
		if _, err := s.read(k, queue, emit); err != nil {
			return err
		}
	}
	return nil
}

// read receives up to most messages.
func (s *source) read(k *socket, most int, emit func(*capture.Frame) error) (n int, err error) {
	for ; n < most; n++ {
		f, err := s.receive(k)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return n, nil
		case errors.Is(err, unix.ENOBUFS):
			s.countNobufs(k)
			continue
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return n, fmt.Errorf("receive from %s: %w", capture.ProtocolName(k.protocol), err)
		}
		s.count(f)
		if k.protocol == capture.NETLINK_GENERIC && f.SrcPort == 0 {
			s.learn(k, f)
		}
		if err := emit(f); err != nil {
			return n, err
		}
	}
	return n, nil
}

// receive reads one message whole: it asks for the size first.
func (s *source) receive(k *socket) (*capture.Frame, error) {
	size, _, err := unix.Recvfrom(k.fd, s.buf[:0], unix.MSG_PEEK|unix.MSG_TRUNC)
	if err != nil {
		return nil, err
	}
	if size > len(s.buf) {
		s.buf = make([]byte, size)
	}
	n, oobn, _, from, err := unix.Recvmsg(k.fd, s.buf, s.oob, unix.MSG_TRUNC)
	if err != nil {
		return nil, err
	}
	data := s.buf[:min(n, len(s.buf))]
	if s.snap > 0 {
		data = data[:min(len(data), s.snap)]
	}
	f := &capture.Frame{Time: time.Now(), OrigLen: n}
	if len(data) > 0 {
		f.Data = slices.Clone(data)
	}
	o := capture.Origin{Protocol: k.protocol, NetNS: s.netns, Source: capture.SourceListen, Sees: sees}
	if sa, ok := from.(*unix.SockaddrNetlink); ok {
		o.SrcPort = sa.Pid
	}
	s.ancillary(&o, s.oob[:oobn])
	switch {
	case o.SrcPort != 0:
		o.Dir = capture.DirPeer
	case o.Group != 0:
		o.Dir = capture.DirEvent
	default:
		o.Dir = capture.DirReply
	}
	if o.Group == 0 {
		o.DstPort = k.port // somebody found us, and writes to us alone
	}
	f.Origin = s.origins.Of(&o)
	return f, nil
}

// ancillary takes the group, the sender and the namespace from the control
// messages. Our own socket is left out of the frame: that nltop listens says
// nothing about the message.
func (s *source) ancillary(o *capture.Origin, oob []byte) {
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return
	}
	for _, m := range msgs {
		switch {
		case m.Header.Level == unix.SOL_NETLINK && m.Header.Type == unix.NETLINK_PKTINFO && len(m.Data) >= 4:
			// struct nl_pktinfo { __u32 group; };
			o.Group = native.Uint32(m.Data)
		case m.Header.Level == unix.SOL_NETLINK && m.Header.Type == unix.NETLINK_LISTEN_ALL_NSID:
			// An ID that is ours for another namespace, not its inode.
			o.NetNS = 0
		case m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_CREDENTIALS:
			if cred, err := unix.ParseUnixCredentials(&m); err == nil && cred.Pid > 0 && o.SrcPort != 0 {
				o.Proc = s.senders.process(uint32(cred.Pid), time.Now())
				o.OwnerInferred = o.Proc.Comm != ""
			}
		}
	}
}

// senders are the processes that sent to our groups, as /proc had them.
type senders struct {
	root  string // "/proc"
	known map[uint32]sender
}

type sender struct {
	proc capture.Proc
	read time.Time
}

const (
	maxSenders = 256
	// senderAge is for how long a process is believed that still has its comm.
	senderAge = time.Second
)

// process looks up a process, which may have ended by now: then its PID is all that
// is known.
func (s *senders) process(pid uint32, now time.Time) capture.Proc {
	b, err := os.ReadFile(fmt.Sprintf("%s/%d/comm", s.root, pid))
	if err != nil {
		return capture.Proc{PID: pid}
	}
	comm := strings.TrimSuffix(string(b), "\n")
	if k, ok := s.known[pid]; ok && k.proc.Comm == comm && now.Sub(k.read).Abs() < senderAge {
		return k.proc
	}
	p, err := process.Read(s.root, pid, 0)
	if err != nil {
		return capture.Proc{PID: pid, Comm: comm}
	}
	p.TID = 0 // a thread of it
	if s.known == nil || len(s.known) >= maxSenders {
		s.known = make(map[uint32]sender)
	}
	s.known[pid] = sender{p, now}
	return p
}

// learn joins the groups of a family that has just been registered.
func (s *source) learn(k *socket, f *capture.Frame) {
	for _, fam := range newFamilies(f.Data) {
		s.mu.Lock()
		s.joinFamily(k, fam)
		s.mu.Unlock()
	}
}

func (s *source) count(f *capture.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Frames++
	s.stats.Bytes += uint64(f.OrigLen)
	if f.Cut() {
		s.stats.Cut++
	}
}

// countNobufs counts an ENOBUFS, if no drop since the last one explains it.
func (s *source) countNobufs(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.overrun += k.readDrops()
	if k.drops == k.explained {
		s.reported++
	}
	k.explained = k.drops
}

func (s *source) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// interrupt ends Run, now or when it is called.
func (s *source) interrupt() {
	one := native.AppendUint64(nil, 1)
	// EAGAIN, the only error, means that it is readable already.
	_, _ = unix.Write(s.wake, one)
}

// Stats counts what was emitted, and what the kernel says was lost.
func (s *source) Stats() capture.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readAllDrops()
	st := s.stats
	st.Lost = []capture.Loss{{Reason: lostOverrun, Count: s.overrun}, {Reason: lostReported, Count: s.reported}}
	return st
}

func (s *source) readAllDrops() {
	if s.closed {
		return
	}
	for _, k := range s.sockets {
		s.overrun += k.readDrops()
	}
}

// Info describes what can be heard here.
func (s *source) Info() capture.Info {
	s.mu.Lock()
	defer s.mu.Unlock()
	info := capture.Info{
		Name:  capture.SourceListen,
		Sees:  sees,
		Scope: fmt.Sprintf("netns %d", s.netns),
		Snap:  s.snap,
		Blind: slices.Clone(described.Blind),
	}
	groups := 0
	nsids := false
	for _, k := range s.sockets {
		groups += len(k.joined)
		nsids = nsids || k.nsids
	}
	if nsids {
		info.Scope += " and namespaces that have an ID in it"
	} else {
		info.Blind = append(info.Blind, "other network namespaces")
	}
	info.Blind = append(info.Blind, s.blind...)
	info.Notes = []string{fmt.Sprintf("%d groups of %d protocols", groups, len(s.sockets))}
	return info
}

// Close ends Run and leaves the groups.
func (s *source) Close() error {
	s.closing.Do(func() {
		s.interrupt()
		s.running.Lock()
		defer s.running.Unlock()
		s.mu.Lock()
		s.readAllDrops()
		s.closed = true
		s.mu.Unlock()
		s.err = s.release()
	})
	return s.err
}

func (s *source) release() error {
	var errs []error
	for _, k := range s.sockets {
		errs = append(errs, unix.Close(k.fd))
	}
	for _, fd := range []int{s.epoll, s.wake} {
		if fd >= 0 {
			errs = append(errs, unix.Close(fd))
		}
	}
	return errors.Join(errs...)
}
