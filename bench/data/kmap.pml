/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Origin: written by hand for this project's comparison with SPIN 6.5.2; unchanged since its counts were taken. */
/* Reentrant per-CPU kmap slot used to flush highmem pages from a VIPT/virtually addressed L1
 * (the ARM kmap_high_l1_vipt() pattern).  Contexts on one CPU: 0 user, 1 softirq, 2 hardirq.
 * A higher context may begin at ANY step of a lower one while irqs are on.
 * -DNCPU=1|2  -DNCTX=1..3  -DLINES=n  -DVARIANT=0 correct | 1 no TLB flush after restore | 2 no save/restore
 * -DSHARED    one slot for all CPUs (bug on SMP)
 * -DEVICT     hardware may write back any dirty line at any time
 * -DNIRQ=n    each irq context fires at most n times and user runs n times (0 / undefined: for ever) */
#ifndef NCPU
#define NCPU 1
#endif
#ifndef NCTX
#define NCTX 3
#endif
#ifndef LINES
#define LINES 2
#endif
#ifndef VARIANT
#define VARIANT 0
#endif
#define NC (NCPU*NCTX)
#define NL (NC*LINES)
#ifdef SHARED
#define SLOT 0
#else
#define SLOT cpu
#endif
bit  irqoff[NCPU];
byte top[NCPU];          /* running level */
byte pte[NCPU];          /* page+1, 0 = none */
byte tlb[NCPU];          /* page+1, 0 = invalid */
bit  dirty[NL];          /* L1 line dirty (cached newest value in cv) */
bit  cv[NL];             /* L1 copy */
bit  dram[NL];           /* memory copy (what the device sees) */

#define S(x)   atomic { top[cpu]==lvl -> x }
#define G(c,x) atomic { (top[cpu]==lvl && (c)) -> x }
proctype ctx(byte cpu; byte lvl) {
  byte saved, i, prev; bit v;
#ifdef NIRQ
  byte runs;
#endif
  byte id = cpu*NCTX+lvl;
  do
  ::
#ifdef NIRQ
     if :: runs >= NIRQ -> break :: else -> runs++ fi;
#endif
     atomic { (lvl==0 && top[cpu]==0) || (lvl>0 && top[cpu]<lvl && !irqoff[cpu]) -> prev=top[cpu]; top[cpu]=lvl }
     /* CPU produces new data: dirty L1 lines */
     S(v=1-v; i=0);
     do :: G(i<LINES, dirty[id*LINES+i]=1; cv[id*LINES+i]=v; i++)
        :: G(i>=LINES, i=0); break
     od;
     /* kmap */
     S(irqoff[cpu]=1);
     S(saved=pte[SLOT]);
     S(pte[SLOT]=id+1);
     S(tlb[cpu]=0);
     S(irqoff[cpu]=0);
     /* per-line flush through the slot; one cache instruction = one step (TLB fill if needed + write-back) */
     do :: G(i<LINES, if :: tlb[cpu]==0 -> tlb[cpu]=pte[SLOT] :: else fi;
                        assert(tlb[cpu]!=0);
                        if :: dirty[(tlb[cpu]-1)*LINES+i] -> dram[(tlb[cpu]-1)*LINES+i]=cv[(tlb[cpu]-1)*LINES+i]; dirty[(tlb[cpu]-1)*LINES+i]=0
                           :: else fi; i++)
        :: G(i>=LINES, i=0); break
     od;
     /* kunmap */
     S(irqoff[cpu]=1);
#if VARIANT != 2
     S(pte[SLOT]=saved);
#endif
#if VARIANT != 1
     S(tlb[cpu]=0);
#endif
     S(irqoff[cpu]=0);
     /* device reads memory: must see v */
     do :: G(i<LINES, assert(dram[id*LINES+i]==v); i++)
        :: G(i>=LINES, i=0); break
     od;
     saved=0;
     atomic { top[cpu]==lvl -> top[cpu]=prev; prev=0 }
  od
}
#ifdef EVICT
#define E(k) :: atomic { dirty[k] -> dram[k]=cv[k]; dirty[k]=0 }
active proctype hw() {
  do
#if NL > 0
  E(0)
#endif
#if NL > 1
  E(1)
#endif
#if NL > 2
  E(2)
#endif
#if NL > 3
  E(3)
#endif
#if NL > 4
  E(4)
#endif
#if NL > 5
  E(5)
#endif
#if NL > 6
  E(6)
#endif
#if NL > 7
  E(7)
#endif
#if NL > 8
  E(8)
#endif
#if NL > 9
  E(9)
#endif
#if NL > 10
  E(10)
#endif
#if NL > 11
  E(11)
#endif
#if NL > 12
  E(12)
#endif
#if NL > 13
  E(13)
#endif
#if NL > 14
  E(14)
#endif
#if NL > 15
  E(15)
#endif
#if NL > 16
  E(16)
#endif
#if NL > 17
  E(17)
#endif
#if NL > 18
  E(18)
#endif
#if NL > 19
  E(19)
#endif
#if NL > 20
  E(20)
#endif
#if NL > 21
  E(21)
#endif
#if NL > 22
  E(22)
#endif
#if NL > 23
  E(23)
#endif
  od }
#endif
init { byte c,l; atomic { 
  do :: c<NCPU -> l=0; do :: l<NCTX -> run ctx(c,l); l++ :: else -> break od; c++ :: else -> break od; c=0; l=0 } }
