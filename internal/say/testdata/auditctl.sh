# Commands of auditctl in the words that nltop says for what they ask (TestTold).
auditctl -e 1
auditctl -f 1
auditctl -b 512
auditctl -r 100
auditctl --backlog_wait_time 600
auditctl --reset-lost
auditctl --reset_backlog_wait_time_actual
auditctl -a always,exit -F arch=b64 -S open,openat,renameat2 -F 'auid>=1000' -F 'auid!=-1' -k 'a b'
auditctl -A never,exit -F arch=b32 -S chmod,fchmod -F success=0 -F 'exit!=-EPERM'
auditctl -a always,exit -S 2,257 -F uid=0
auditctl -a always,exit -F arch=b64 -S 17,18 -F 'a0&=0x10' -F 'a1&0xF0' -F 'a2<=0x3' -F 'a3<0x7'
auditctl -a always,exit -S all -F uid=77 -k one -k two -k '$(id)'
auditctl -a always,exit -F path=/etc/passwd -F perm=wa -k 'it'\''s "quoted"'
auditctl -a always,exit -F dir=/usr/share -F perm=rwxa
auditctl -a always,exit -F 'path=/etc/a b$(id)' -F perm=r -k "$(printf 'a\012b')"
auditctl -a never,task -F uid=12
auditctl -a never,user -F auid=99 -F 'gid!=4294967295'
auditctl -a always,exclude -F msgtype=PROCTITLE
auditctl -a never,filesystem -F fstype=debugfs -k fs
auditctl -a always,exit -F arch=b64 -S unlink -F obj_uid=0 -F filetype=file -F 'inode!=5' -F devmajor=8 -F devminor=1
auditctl -a always,exit -C 'auid!=obj_uid' -F exe=/bin/false -F ppid=1 -F sessionid=-1 -F saddr_fam=2
auditctl -d always,exit -F arch=b64 -S unlink -F obj_uid=0 -F filetype=file -F 'inode!=5' -F devmajor=8 -F devminor=1
auditctl -d never,task -F uid=12
auditctl -t
auditctl -q /mnt,/srv
auditctl -m 'text with "quotes" $(id)'
auditctl --loginuid-immutable
