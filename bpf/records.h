/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * What the BPF programs and Go share: the records in the ring buffer, the
 * configuration, the indexes of losses. bpf2go translates these types
 * (see internal/probe/gen.go); a Go test compares the numbers with those of
 * package capture.
 *
 * A datagram is one NL_RECORD_FULL. If its payload does not stand in that
 * record (inline_len == 0 and cap_len > 0), NL_RECORD_CHUNK records with the
 * same id follow, in the order of their offsets, together cap_len bytes.
 * The full record is reserved before its chunks and committed after them, so that
 * whoever reads it can rely on cap_len: every chunk is in the ring.
 *
 * Most records are of a task that sends requests on a socket of its own and gets
 * its answers. Those are NL_RECORD_BRIEF: what stays the same from one to the next
 * stands in the NL_RECORD_ABOUT that came before them with the same number.
 *
 * Who a process is stands in an NL_RECORD_PROCESS, which comes before the first
 * record of its tasks, and again when something in it has changed. Its tasks refer
 * to it by tgid and life. Without room for it in the ring the next of them tells it.
 */
#ifndef NL_RECORDS_H
#define NL_RECORDS_H

#define NL_COMM_LEN 16 /* TASK_COMM_LEN, include/linux/sched.h */

/* IDs of processes and threads are those that they have in nltop's PID namespace. One
 * that is outside of it has that of the initial namespace, with this bit, which no ID
 * has (PID_MAX_LIMIT, include/linux/threads.h). */
#define NL_OUTSIDE (1U << 31)

enum nl_record {
	NL_RECORD_FULL = 1,
	NL_RECORD_CHUNK = 2,
	NL_RECORD_ABOUT = 3,
	NL_RECORD_BRIEF = 4,
	NL_RECORD_PROCESS = 5,
	NL_RECORD_NAMED = 6,
	NL_RECORD_SETTLED = 8, /* 7 is not used */
};

/* capture.Kind */
enum nl_kind {
	NL_KIND_DATAGRAM = 0,
	NL_KIND_COMPLETION = 1,
	NL_KIND_SOCKET_ERROR = 2,
	NL_KIND_EXTACK = 3,
	NL_KIND_LOCK = 4,
	NL_KIND_TRUNCATED = 5,
	NL_KIND_FLUSHED = 6, /* the payload is a struct nl_route */
	NL_KIND_READ = 8,
	NL_KIND_REFUSED = 9, /* the payload is an nl_refused */
};

/* capture.Dir */
enum nl_dir {
	NL_DIR_UNKNOWN = 0,
	NL_DIR_REQUEST = 1,
	NL_DIR_REPLY = 2,
	NL_DIR_EVENT = 3,
	NL_DIR_PEER = 4,
};

/* capture.Verdict */
enum nl_verdict {
	NL_VERDICT_NONE = 0,
	NL_VERDICT_DELIVERED = 1,
	NL_VERDICT_OVERRUN = 2,
	NL_VERDICT_DROPPED = 3,
	NL_VERDICT_FAILED = 4,
	NL_VERDICT_NOBUFS_RAISED = 5,
	NL_VERDICT_NOBUFS_READ = 6,
	NL_VERDICT_UNHEARD = 7,
};

/* capture.TriggerKind: what made the kernel send an event that no request caused, and
 * what nl_full.of says of it. */
enum nl_trigger {
	NL_TRIGGER_NONE = 0,
	NL_TRIGGER_SYSCALL = 1,   /* its number; NL_UNKNOWN */
	NL_TRIGGER_IOCTL = 2,     /* its request */
	NL_TRIGGER_WRITE = 3,     /* to which file: of an NL_RECORD_NAMED */
	NL_TRIGGER_KWORKER = 4,   /* which function: of an NL_RECORD_NAMED */
	NL_TRIGGER_KTHREAD = 5,
	NL_TRIGGER_INTERRUPT = 6, /* 0: a softirq; 1: another */
	NL_TRIGGER_EXIT = 7,      /* the task ends */
};

#define NL_UNKNOWN (~0ULL)

/* Bits of nl_full.flags. */
enum nl_flag {
	NL_FLAG_UNREADABLE = 1, /* a copy faulted: cap_len stops there */
	NL_FLAG_INFERRED = 2,   /* dir was worked out, not seen */
	NL_FLAG_UNSETTLED = 4,  /* it is as it says unless an NL_RECORD_SETTLED says else */
};

/* Indexes into emit_losses: what was lost, and why. */
enum nl_loss {
	NL_LOST_RING = 0,   /* datagrams without room in the ring */
	NL_LOST_USER = 1,   /* datagrams whose user memory could not be read at all */
	NL_LOST_REPORT = 2, /* completions and socket errors without room */
	NL_LOST_COMPAT = 3, /* calls of 32-bit tasks, whose structures the syscall backend does not read */
	NL_LOST_LOCK = 4,   /* processes without room in the table of rtnl_mutex */
	NL_LOST_WALK = 5,   /* datagrams with more messages than are counted */
	NL_LOST_MAX = 6,
};

/* Who makes ids (emit_id()), and has a slot of its own in maps of scratch memory. */
enum nl_prog {
	NL_PROG_REQUEST = 0,
	NL_PROG_DELIVER = 1,
	NL_PROG_OVERRUN = 2,
	NL_PROG_DUMP = 3,
	NL_PROG_SEND = 4,
	NL_PROG_ERROR = 5,
	NL_PROG_RECV = 6,
	NL_PROG_SYSCALL_ENTER = 7,
	NL_PROG_SYSCALL_EXIT = 8,
	NL_PROG_EXTACK = 9,
	NL_PROG_SENDMSG = 10,
	NL_PROG_LOCK = 11,
	NL_PROG_CREATE = 12,
	NL_PROG_BIND = 13,
	NL_PROG_EXEC = 14,
	NL_PROG_FLOW = 15, /* ids that a flow makes; see flow_id() */
	NL_PROG_CAST = 16, /* makes no ids, which have four bits for this */
	NL_PROG_BROADCAST = 17, /* likewise */
	NL_PROG_FLUSHED = 18,   /* likewise */
	NL_PROG_MAX = 19,
};

enum nl_limit {
	NL_CHUNK = 32768, /* payload bytes of one record */
	NL_CHUNKS_MAX = 128, /* of one contiguous piece at most: 4 MiB */
	NL_IOV_MAX = 64,  /* pieces of one datagram */
	NL_FRAGS = 45,    /* CONFIG_MAX_SKB_FRAGS at most */
	NL_STRIDE = 256,  /* the product is how many messages of a datagram are counted, */
	NL_STRIDES = 64,
	NL_RUN = 64,    /* and so many more behind each if they are of its type */
	NL_TOP_OCTAVE = 40, /* of package histogram */
	NL_FLOWS = 8192,    /* tasks that may be in the middle of something; a power of two */
	NL_ROWS = 16384,    /* of a table of counters; a power of two */
	NL_IMAGES = 4096,   /* processes of which it is known whether they were told */
	NL_ARGS = 256,      /* bytes of a command line; capture.MaxCmdLine */
	NL_EXE = 256,       /* bytes of a path; a power of two */
	NL_COMPONENTS = 40, /* of a path, mounts included */
	NL_HEIRS = 4096,    /* a power of two */
	NL_MODULE_LEN = 56, /* of its name: MODULE_NAME_LEN, include/linux/module.h */
	NL_HEAD_LEN = 20,   /* of a datagram that was read: its first nlmsghdr and 4 bytes */
};

/* What is emitted beside the counters. */
enum nl_plane {
	NL_PLANE_MESSAGES = 1, /* everything */
	NL_PLANE_LOSSES = 2,   /* overruns, ENOBUFS, long waits for rtnl_mutex */
};

/* Bits of nl_what.flags. */
enum nl_row_flag {
	NL_ROW_OUT = 1,     /* the process sent it */
	NL_ROW_REQUEST = 2, /* type is that of a request, also for what answers it */
	NL_ROW_BARE = 4,    /* no nlmsghdr; sub is the first two letters of a uevent */
	NL_ROW_SOCKET = 8,  /* not about a message: losses without bytes, ENOBUFS */
	NL_ROW_EVENT = 16,  /* by a multicast of the kernel: see count_way() */
	NL_ROW_PEER = 32,   /* from a process to a process */
	NL_ROW_CAUSE = 64,  /* what the account made others receive: see counters_cause.h */
};

/* What is counted apart, of one account. */
struct nl_what {
	__u16 type;
	__u16 sub;    /* genlmsghdr.cmd; of a batch nfgenmsg.res_id as it stands */
	__u16 bucket; /* 0: the row itself; 1 + a bucket of its latencies, messages is their number */
	__u8 flags;   /* NL_ROW_* */
	__u8 used;    /* 1 in a row that is taken */
};

/* Times in ns. */
struct nl_row {
	__u64 messages;
	__u64 bytes;
	__u64 errors;
	__u64 probes; /* errors among them that were asked for */
	__u64 nodev;  /* other errors: ENODEV, and the request is generic netlink's and no dump */
	__u64 drops;
	__u64 nobufs_raised;
	__u64 nobufs_read;
	__u64 kernel_count, kernel_ns, kernel_max;
	__u64 latency_count, latency_ns, latency_max;
	__u64 casts;      /* NL_ROW_CAUSE: multicasts that anybody was to get, */
	__u64 deliveries; /* and how often one was for a socket, lost or not */
	__u64 last; /* CLOCK_MONOTONIC */
	__u32 port;
	__u32 err;  /* positive, the newest; 0: none */
	struct nl_what what;
	__u64 account; /* nl_owner.account; of a socket without owner NL_UNOWNED and its inode */
	__u64 inode;
	__u64 cgroup;
	__u64 life;
	__u32 tgid;
	__u32 netns;
	__u8 name[NL_COMM_LEN]; /* of the process, not of a thread */
	__u16 protocol;
	__u16 pad[3];
};

/* No id has these bits. */
#define NL_UNOWNED (1ULL << 62)
#define NL_INHERITED (1ULL << 61)
#define NL_ACTOR (1ULL << 60) /* a process that is not at a request; of NL_ROW_CAUSE alone */

struct nl_task {
	__u32 tgid;
	__u32 tid;
	__u64 cgroup;
	__u64 life; /* with tgid: of which process; see task_life() */
	__u8 comm[NL_COMM_LEN];
};

/* Bits of nl_owner.told. */
enum nl_told {
	NL_TOLD_PROCESS = 1, /* user space knows it */
	NL_TOLD_LISTENS = 2, /* the socket got events */
};

/* What is known of a socket. Times are CLOCK_MONOTONIC in ns; 0: never. */
struct nl_owner {
	struct nl_task task; /* whose it is */
	__u64 account;       /* another one for each owner that a socket has had */
	__u64 read_at;
	__u64 waiting_since; /* a message was queued to it while it was empty */
	__u64 stall;         /* longest that something waited for its reader, ns */
	__u64 reads;
	__u32 high;          /* most that its queue held, bytes */
	__u32 told;          /* NL_TOLD_* */
	__u8 name[NL_COMM_LEN]; /* of the process */
};

/* As much of a task as one needs to name it. */
struct nl_who {
	__u32 tgid;
	__u32 tid;
	__u8 comm[NL_COMM_LEN];
};

/* What can say everything. */
struct nl_full {
	__u32 record;     /* NL_RECORD_FULL */
	__u32 inline_len; /* payload bytes behind this header */
	__u64 id;
	__u64 of;         /* NL_KIND_COMPLETION: id of the datagram; with a trigger what is
			   * said of that */
	__u64 ktime;      /* CLOCK_MONOTONIC, ns */
	__u64 elapsed;    /* ns */
	__u64 cast;       /* the same for all deliveries of one multicast; 0: none */
	__u64 cause;      /* id of the request that is being handled; 0: none */
	__u64 idle;       /* ns since the socket was read; 0: unknown */
	__u64 lock_wait;  /* ns, rtnl_mutex */
	__u64 lock_hold;  /* ns */
	__u32 orig_len;
	__u32 cap_len;    /* payload bytes in the ring, inline or in chunks */
	__u32 drops;
	__u32 rmem;
	__u32 high;       /* most that rmem has been */
	__u32 truesize;   /* of the skb */
	struct nl_who blocker; /* who held rtnl_mutex; all zero: unknown */
	/* From here to the end stands what mostly is the same in the next record of this
	 * kind (capture.Origin): user space compares it as one piece. */
	__u64 inode;      /* sockfs inode of the socket in question */
	__u32 netns;
	__u32 src_port;
	__u32 dst_port;
	__u32 group;
	__u32 own_port;
	__s32 err;        /* positive */
	__u32 rcvbuf;
	__u16 protocol;
	__u8 kind;
	__u8 dir;
	__u8 verdict;
	__u8 flags;
	__u8 trigger;     /* NL_TRIGGER_* */
	__u8 pad;
	__u32 taken;      /* bytes that the reader's buffer took, if that was full; 0: unknown.
			   * NL_KIND_TRUNCATED: of a longer datagram; orig_len is taken + 1 if
			   * the kernel did not say how long that was */
	struct nl_task task;  /* the current task */
	struct nl_task owner; /* of the socket; all zero: unknown */
};

/* What a send waited for, the payload of an NL_KIND_COMPLETION that has one. In ns. */
struct nl_waits {
	__u64 off_cpu;     /* the task did not run, whatever for; 0 without nl_config.times */
	__u64 module_ns;   /* for modprobe */
	__u64 module_most; /* for the module that took longest */
	__u64 rcu_ns;      /* for grace periods */
	__u64 locks_ns;    /* for locks that others held, but rtnl_mutex */
	__u32 modules;     /* how often modprobe ran */
	__u32 pad;
	__u8 module[NL_MODULE_LEN]; /* the one that took longest, with its NUL */
};

/* What a socket was refused: an option of a level, or bind(), whose level is 0. */
struct nl_refused {
	__u32 level;
	__u32 option;
	__u32 arg[3]; /* the value, as far as it has 4 bytes; of bind() the struct sockaddr_nl */
};

/* Bits of nl_process.flags: what is known. */
enum nl_knows {
	NL_KNOWS_ARGS = 1,
	NL_KNOWS_EXE = 2,
	NL_KNOWS_LOGIN = 4,        /* the kernel has login user IDs (CONFIG_AUDIT) */
	NL_KNOWS_PARENT_ARGS = 8,
	NL_KNOWS_EXE_CUT = 16,     /* the beginning of the path is missing */
	NL_KNOWS_EXE_DELETED = 32, /* the file has been unlinked */
	NL_KNOWS_KTHREAD = 64,     /* there is nothing to know */
};

/* The first bytes of the arguments; length may be more than there is room for. */
struct nl_args {
	__u32 length;
	__u32 pad;
	__u8 bytes[NL_ARGS];
};

/* Who a process is. */
struct nl_process {
	__u32 record; /* NL_RECORD_PROCESS */
	__u32 flags;  /* NL_KNOWS_* */
	__u64 life;
	__u64 parent_life;
	__u32 tgid;
	__u32 ppid;
	__u32 uid;      /* in the initial user namespace */
	__u32 loginuid; /* likewise */
	__u8 name[NL_COMM_LEN];        /* bytes behind a NUL are anything */
	__u8 parent_name[NL_COMM_LEN]; /* likewise */
	struct nl_args args;
	struct nl_args parent_args;
	__u32 exe_len;
	__u32 pad;
	__u8 exe[NL_EXE]; /* names from the file up to the root, each with its NUL */
};

/* What a number stands for in the records behind it. */
struct nl_named {
	__u32 record; /* NL_RECORD_NAMED */
	__u32 len;    /* of text */
	__u64 of;     /* address of a function: its name; of a dentry: names from the file up to
		       * the root, each with its NUL */
	__u8 text[NL_EXE];
};

/* The end of a full record with NL_FLAG_UNSETTLED. */
struct nl_settled {
	__u32 record; /* NL_RECORD_SETTLED */
	__u32 heard;  /* 1: somebody got it, so that other records tell of it */
	__u64 id;
};

/* An IPv4 route that the kernel removed without an event. */
struct nl_route {
	__u32 dst; /* as a number */
	__u32 table;
	__u32 priority;
	__u32 oif;     /* of the first next hop; 0: none */
	__u32 prefsrc; /* as it is on the wire; 0: none */
	__u32 nh_id;
	__u32 hops; /* next hops */
	__u8 dst_len;
	__u8 tos;
	__u8 type;
	__u8 scope;
	__u8 protocol;
	__u8 gw_family; /* of gw; 0: none */
	__u8 pad[2];
	__u8 gw[16];
};

/* A process that was there before the programs, and which life it is in. */
struct nl_alive {
	__u32 tgid;
	__u32 pad;
	__u64 life;
};

/* The PID namespace of the current task. */
struct nl_home {
	__u64 pid_ns; /* address of its struct pid_namespace */
	__u32 level;  /* 0: the initial one */
	__u32 inum;   /* its inode in nsfs */
};

/* A task and the socket that it sends on. */
struct nl_about {
	__u32 record; /* NL_RECORD_ABOUT */
	__u32 slot;   /* below NL_FLOWS: what was told in it before is over */
	__u64 about;  /* its number */
	__u64 inode;
	__u32 netns;
	__u32 port;
	__u16 protocol;
	__u16 pad[3];
	struct nl_task task; /* also the owner of the socket */
};

/* A datagram from that task to the kernel, one from the kernel to that socket
 * inside the task's send, or the completion of a send, none of them out of the
 * ordinary: delivered, no error, the payload in one record. */
struct nl_brief {
	__u32 record; /* NL_RECORD_BRIEF */
	__u32 slot;
	__u64 about;
	__u64 id;
	__u64 of;     /* NL_KIND_COMPLETION: id of the datagram; of a reply its cause */
	__u64 ktime;
	__u64 elapsed;
	__u64 idle;
	__u64 lock_wait;
	__u64 lock_hold;
	__u32 orig_len;
	__u32 inline_len;
	__u32 drops;
	__u32 rcvbuf;
	__u32 rmem;
	__u32 high;
	__u32 truesize;
	__u8 kind;
	__u8 dir;
	__u8 flags;
	__u8 pad;
};

struct nl_chunk {
	__u32 record; /* NL_RECORD_CHUNK */
	__u32 len;
	__u64 id;
	__u64 off;
};

/* Set before loading; the verifier then removes what a switch turns off. */
struct nl_config {
	__u32 snap;       /* bytes of payload to copy at most */
	__u32 self;       /* own tgid (in its PID namespace), to leave out; 0: leave nobody out */
	__u32 wake_bytes; /* wake the reader per so many bytes; a power of two */
	__u32 protocols;  /* bit per protocol; 0: all */
	__u8 by_pid;
	__u8 by_comm;
	__u8 by_netns;
	__u8 has_bcast;   /* the hooks on netlink_broadcast are attached */
	__u8 counts;      /* the counters plane */
	__u8 reads;       /* how sockets are read is noted */
	__u8 rdonly_cast; /* bpf_rdonly_cast() is there */
	__u8 processes;   /* executables and command lines are told */
	__u8 iter_num;    /* bpf_iter_num_new() is there */
	__u8 times;       /* what sends wait for, and when answers are read */
	__u8 unheard;     /* events that nobody listens to are told: NL_UNHEARD_* */
	__u8 pad;
	/* nltop's PID namespace, as process_home() told it: how deep it is, and the address
	 * of its struct pid_namespace; 0: it is the initial one. */
	__u32 pid_level;
	__u64 pid_ns;
	/* Where the kernel keeps vmemmap_base and page_offset_base (x86-64);
	 * 0: unknown, and so the pages of skb fragments cannot be read. */
	__u64 vmemmap_base;
	__u64 page_offset_base;
	/* Where the kernel keeps the array __per_cpu_offset and, relative to its
	 * entries, preempt_count (x86-64); 0: unknown. */
	__u64 per_cpu_offset;
	__u64 preempt_count;
	__u64 rtnl_mutex; /* its address; 0: unknown */
	__u64 lock_ns;    /* report holds of and waits for rtnl_mutex from here on; 0: none */
	__u8 function[8]; /* "%ps": bpf_snprintf() takes it from memory that nobody changes */
};

/* Who does something to rtnl_mutex, and what for. */
struct nl_lock_key {
	__u32 tgid;
	__u16 type;     /* nlmsg_type of the request that is being handled */
	__u8 cmd;       /* genlmsghdr.cmd */
	__u8 request;   /* 1 + protocol; 0: no request */
	__u8 name[NL_COMM_LEN]; /* of the process */
};

struct nl_lock_row {
	__u64 waits, wait_ns, wait_max;
	__u64 holds, hold_ns, hold_max;
	__u64 blamed_ns; /* that others waited for this one */
};

/* Which of the events that nobody listens to. */
enum nl_unheard {
	NL_UNHEARD_ALL = 1,
	NL_UNHEARD_ALONE = 2, /* those that no request caused */
};

/* The key of filter_comms. */
struct nl_comm {
	__u8 name[NL_COMM_LEN];
};

/* Every backend has its own. */
const volatile struct nl_config nl_cfg = {
	.snap = 1 << 20,
	.wake_bytes = 256 << 10,
};

#endif
