//! Random tensors from the seed 0, as PyTorch 2.15 prints them.

use wick::prelude::*;
use wick::random::Generator;

fn z(dtype: DType) -> Tensor {
    Tensor::zeros_with([4], dtype)
}

/// What Python evaluates, how that is written here, and what it gives.
type Case<T> = (&'static str, fn() -> T, &'static str);

fn f() -> Tensor {
    tensor!([0.2, 0.8, 0.5])
}

fn g() -> Tensor {
    f().requires_grad_(true)
}

#[test]
fn random_tensors_are_pytorchs() {
    let cases: &[Case<Tensor>] = &[
        (
            "torch.bernoulli(f)",
            || f().bernoulli(),
            "tensor([0., 1., 1.])",
        ),
        (
            "torch.bernoulli(f.double())",
            || f().to(DType::F64).bernoulli(),
            "tensor([0., 1., 1.], dtype=torch.float64)",
        ),
        (
            "torch.bernoulli(torch.linspace(0,1,6).reshape(2,3).t())",
            || Tensor::linspace(0., 1., 6).reshape([2, 3]).t().bernoulli(),
            "tensor([[0., 0.],\n        [1., 1.],\n        [1., 1.]])",
        ),
        (
            "z().bernoulli_(torch.tensor([.1,.9,.5,.5]))",
            || z(DType::F32).bernoulli_(tensor!([0.1, 0.9, 0.5, 0.5])),
            "tensor([0., 1., 1., 1.])",
        ),
        (
            "z(dt=torch.int64).bernoulli_(torch.tensor([.1,.9,.5,.5],dtype=torch.float64))",
            || z(DType::I64).bernoulli_(tensor!([0.1, 0.9, 0.5, 0.5]).to(DType::F64)),
            "tensor([0, 1, 1, 0])",
        ),
        (
            "z(3,2).t().bernoulli_(torch.tensor([.1,.9,.5]))",
            || {
                Tensor::zeros([3, 2])
                    .t()
                    .bernoulli_(tensor!([0.1, 0.9, 0.5]))
            },
            "tensor([[0., 1., 1.],\n        [0., 1., 0.]])",
        ),
        (
            "z().bernoulli_(torch.tensor(.5))",
            || z(DType::F32).bernoulli_(Tensor::scalar(0.5)),
            "tensor([1., 0., 1., 1.])",
        ),
        (
            "z(dt=torch.bool).bernoulli_(.3)",
            || z(DType::Bool).bernoulli_(0.3),
            "tensor([False, False, False, False])",
        ),
        (
            "torch.multinomial(f,2)",
            || f().multinomial(2, false),
            "tensor([2, 1])",
        ),
        (
            "torch.multinomial(f,1)",
            || f().multinomial(1, true),
            "tensor([2])",
        ),
        (
            "torch.multinomial(torch.arange(1.,7.).reshape(2,3),4,replacement=True)",
            || {
                Tensor::arange(1., 7., 1.)
                    .reshape([2, 3])
                    .multinomial(4, true)
            },
            "tensor([[2, 2, 1, 2],\n        [2, 2, 0, 1]])",
        ),
        (
            "torch.multinomial(torch.arange(1.,7.).reshape(3,2).t(),2)",
            || {
                Tensor::arange(1., 7., 1.)
                    .reshape([3, 2])
                    .t()
                    .multinomial(2, false)
            },
            "tensor([[1, 2],\n        [2, 0]])",
        ),
        (
            "torch.multinomial(torch.rand(0,3),2)",
            || Tensor::rand([0, 3]).multinomial(2, false),
            "tensor([], size=(0, 2), dtype=torch.int64)",
        ),
        (
            "torch.normal(f,f)",
            || Tensor::normal_each(f(), f()),
            "tensor([ 0.5082,  0.5653, -0.5894])",
        ),
        (
            "torch.normal(f,.5)",
            || Tensor::normal_each(f(), 0.5),
            "tensor([ 0.9705,  0.6533, -0.5894])",
        ),
        (
            "torch.normal(.5,f)",
            || Tensor::normal_each(0.5, f()),
            "tensor([ 0.8082,  0.2653, -0.5894])",
        ),
        (
            "torch.normal(0.,1.,(2,3))",
            || Tensor::normal(0., 1., [2, 3]),
            "tensor([[ 1.5410, -0.2934, -2.1788],\n        [ 0.5684, -1.0845, -1.3986]])",
        ),
        (
            "torch.normal(2.,3.,(20,))",
            || Tensor::normal(2., 3., [20]),
            "tensor([-1.3775, -1.4571,  1.2483,  0.6984,  3.7965, -2.6653,  0.9759,  7.5590,\n         3.4043,  1.5269,  6.3310,  2.7981,  6.1681,  6.7590,  4.8389, -0.5310,\n         4.7955,  5.7770,  8.0149,  2.1612])",
        ),
        (
            "torch.normal(torch.zeros(2,1),torch.ones(3))",
            || Tensor::normal_each(Tensor::zeros([2, 1]), Tensor::ones([3])),
            "tensor([[ 1.5410, -0.2934, -2.1788],\n        [ 0.5684, -1.0845, -1.3986]])",
        ),
        (
            "torch.normal(torch.arange(1., 11.), torch.arange(1, 0, -0.1))",
            || Tensor::normal_each(Tensor::arange(1., 11., 1.), Tensor::arange(1, 0, -0.1)),
            "tensor([2.5410, 1.7359, 1.2570, 4.3979, 4.3493, 5.3007, 7.1613, 8.2514, 8.8561,\n        9.9597])",
        ),
        (
            "torch.normal(torch.zeros(2,dtype=torch.float64),torch.ones(2))",
            || Tensor::normal_each(Tensor::zeros_with([2], DType::F64), Tensor::ones([2])),
            "tensor([ 1.5410, -0.2934], dtype=torch.float64)",
        ),
        (
            "torch.normal(torch.zeros(2,dtype=torch.complex64),1.)",
            || Tensor::normal_each(Tensor::zeros_with([2], DType::C64), 1.),
            "tensor([ 1.0896-0.2075j, -1.5406+0.4019j])",
        ),
        (
            "torch.poisson(f*20)",
            || (f() * 20).poisson(),
            "tensor([ 7., 17.,  9.])",
        ),
        (
            "torch.poisson(torch.tensor([0.,1.,9.,10.,100.,1e6],dtype=torch.float64))",
            || {
                tensor!([0., 1., 9., 10., 100., 1e6])
                    .to(DType::F64)
                    .poisson()
            },
            "tensor([0.0000e+00, 2.0000e+00, 1.0000e+01, 1.0000e+01, 9.7000e+01, 1.0005e+06],\n       dtype=torch.float64)",
        ),
        (
            "torch.poisson(torch.full((40,),12.5))",
            || Tensor::full([40], 12.5).poisson(),
            "tensor([12., 14.,  9., 13., 12., 11., 12., 11., 14.,  9.,  7.,  9., 13., 15.,\n        16.,  9., 12., 13., 16., 10., 15., 13., 17., 15., 16., 13., 13., 14.,\n        11., 11.,  9., 12.,  9., 11., 11., 14., 13., 12., 19., 15.])",
        ),
        (
            "z().exponential_()",
            || z(DType::F32).exponential_(1.),
            "tensor([3.5083, 1.2304, 0.6150, 2.5351])",
        ),
        (
            "z(dt=torch.float64).exponential_(2.5)",
            || z(DType::F64).exponential_(2.5),
            "tensor([1.4033, 0.4922, 0.2460, 1.0140], dtype=torch.float64)",
        ),
        (
            "z().cauchy_()",
            || z(DType::F32).cauchy_(0., 1.),
            "tensor([10.5977,  0.7648, -0.1283,  3.9331])",
        ),
        (
            "z(dt=torch.float16).cauchy_(1,.5)",
            || z(DType::F16).cauchy_(1., 0.5),
            "tensor([6.3008, 1.3828, 0.9360, 2.9668], dtype=torch.float16)",
        ),
        (
            "z().log_normal_()",
            || z(DType::F32).log_normal_(1., 2.),
            "tensor([5.9263e+01, 1.5116e+00, 3.4819e-02, 8.4728e+00])",
        ),
        (
            "z().geometric_(.3)",
            || z(DType::F32).geometric_(0.3),
            "tensor([1., 1., 3., 1.])",
        ),
        (
            "z(dt=torch.int32).geometric_(.3)",
            || z(DType::I32).geometric_(0.3),
            "tensor([1, 1, 3, 1], dtype=torch.int32)",
        ),
        (
            "z(dt=torch.float32).random_()",
            || z(DType::F32).random_(..),
            "tensor([ 8325664., 12888472.,  1484222.,  2214888.])",
        ),
        (
            "z(dt=torch.float64).random_()",
            || z(DType::F64).random_(..),
            "tensor([8.7375e+15, 6.3755e+15, 4.1378e+15, 8.2934e+15], dtype=torch.float64)",
        ),
        (
            "z(dt=torch.float16).random_()",
            || z(DType::F16).random_(..),
            "tensor([1277., 1017., 1661.,  999.], dtype=torch.float16)",
        ),
        (
            "z(dt=torch.bfloat16).random_()",
            || z(DType::BF16).random_(..),
            "tensor([149., 179.,  47.,  62.], dtype=torch.bfloat16)",
        ),
        (
            "z(dt=torch.uint8).random_()",
            || z(DType::U8).random_(..),
            "tensor([172,  47, 117, 192], dtype=torch.uint8)",
        ),
        (
            "z(dt=torch.int8).random_()",
            || z(DType::I8).random_(..),
            "tensor([ 44,  47, 117,  64], dtype=torch.int8)",
        ),
        (
            "z(dt=torch.int16).random_()",
            || z(DType::I16).random_(..),
            "tensor([ 2732, 10799,  9845, 19648], dtype=torch.int16)",
        ),
        (
            "z(dt=torch.int32).random_()",
            || z(DType::I32).random_(..),
            "tensor([ 209652396,  398764591,  924231285, 1478610112], dtype=torch.int32)",
        ),
        (
            "z(dt=torch.int64).random_()",
            || z(DType::I64).random_(..),
            "tensor([ 900450186894289455, 3969543146641149120, 1895649597198586619,\n         827948490035658087])",
        ),
        (
            "z(dt=torch.bool).random_()",
            || z(DType::Bool).random_(..),
            "tensor([False,  True,  True, False])",
        ),
        (
            "z().random_(10)",
            || z(DType::F32).random_(..10),
            "tensor([4., 9., 3., 0.])",
        ),
        (
            "z().random_(3,10)",
            || z(DType::F32).random_(3..10),
            "tensor([7., 6., 3., 5.])",
        ),
        (
            "z(dt=torch.int64).random_(-5,None)",
            || z(DType::I64).random_(-5..),
            "tensor([ 900450186894289445, 3969543146641149110, 1895649597198586609,\n         827948490035658077])",
        ),
        (
            "z(dt=torch.int64).random_(-2**62,2**62)",
            || z(DType::I64).random_(-(1 << 62)..1 << 62),
            "tensor([-3711235831533098449,  -642142871786238784, -2716036421228801285,\n        -3783737528391729817])",
        ),
        (
            "z(dt=torch.uint8).random_(7,None)",
            || z(DType::U8).random_(7..),
            "tensor([210, 142, 144, 142], dtype=torch.uint8)",
        ),
        (
            "z(dt=torch.bool).random_(0,2)",
            || z(DType::Bool).random_(0..=1),
            "tensor([False,  True,  True, False])",
        ),
        (
            "torch.randint_like(f,3,10)",
            || f().randint_like(3, 10),
            "tensor([7., 6., 3.])",
        ),
        (
            "(g*1).random_()",
            || (&g() * 1).random_(..),
            "tensor([ 8325664., 12888472.,  1484222.], grad_fn=<RandomBackward2>)",
        ),
        (
            "(g*1).random_(3)",
            || (&g() * 1).random_(..3),
            "tensor([2., 0., 2.], grad_fn=<RandomBackward1>)",
        ),
        (
            "(g*1).random_(1,3)",
            || (&g() * 1).random_(1..3),
            "tensor([1., 2., 2.], grad_fn=<RandomBackward0>)",
        ),
        (
            "(g*1).exponential_()",
            || (&g() * 1).exponential_(1.),
            "tensor([3.5083, 1.2304, 0.6150], grad_fn=<ExponentialBackward0>)",
        ),
        (
            "(g*1).cauchy_()",
            || (&g() * 1).cauchy_(0., 1.),
            "tensor([10.5977,  0.7648, -0.1283], grad_fn=<CauchyBackward0>)",
        ),
        (
            "(g*1).log_normal_()",
            || (&g() * 1).log_normal_(1., 2.),
            "tensor([5.9263e+01, 1.5116e+00, 3.4819e-02], grad_fn=<LogNormalBackward0>)",
        ),
        (
            "(g*1).geometric_(.5)",
            || (&g() * 1).geometric_(0.5),
            "tensor([1., 1., 2.], grad_fn=<GeometricBackward0>)",
        ),
        (
            "(g*1).bernoulli_(.5)",
            || (&g() * 1).bernoulli_(0.5),
            "tensor([0., 0., 1.], grad_fn=<BernoulliBackward2>)",
        ),
        (
            "(g*1).bernoulli_(f)",
            || (&g() * 1).bernoulli_(f()),
            "tensor([0., 1., 1.], grad_fn=<BernoulliBackward1>)",
        ),
        (
            "(g*1).normal_()",
            || (&g() * 1).normal_(0., 1.),
            "tensor([ 1.5410, -0.2934, -2.1788], grad_fn=<NormalBackward0>)",
        ),
        (
            "(g*1).uniform_()",
            || (&g() * 1).uniform_(0., 1.),
            "tensor([0.4963, 0.7682, 0.0885], grad_fn=<UniformBackward0>)",
        ),
        (
            "torch.bernoulli(g)",
            || g().bernoulli(),
            "tensor([0., 1., 1.], grad_fn=<BernoulliBackward0>)",
        ),
        (
            "torch.poisson(g)",
            || g().poisson(),
            "tensor([1., 1., 1.], grad_fn=<PoissonBackward0>)",
        ),
        (
            "torch.normal(g,g)",
            || Tensor::normal_each(g(), g()),
            "tensor([ 0.5082,  0.5653, -0.5894], grad_fn=<NormalBackward3>)",
        ),
        (
            "torch.normal(g,.5)",
            || Tensor::normal_each(g(), 0.5),
            "tensor([ 0.9705,  0.6533, -0.5894], grad_fn=<NormalBackward1>)",
        ),
        (
            "torch.normal(.5,g)",
            || Tensor::normal_each(0.5, g()),
            "tensor([ 0.8082,  0.2653, -0.5894], grad_fn=<NormalBackward2>)",
        ),
    ];
    let draws = cases.iter().map(|(python, draw, expected)| {
        // A generator of their own: the other test draws at the same time.
        let drawn = Generator::with_seed(0).scope(draw);
        (python, drawn.to_string(), expected.to_string())
    });
    let others: Vec<_> = draws
        .filter(|(_, drawn, expected)| drawn != expected)
        .collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn what_cannot_be_drawn_is_told_in_pytorchs_words() {
    let cases: &[Case<wick::Result<Tensor>>] = &[
        (
            "torch.bernoulli(torch.tensor([1,0]))",
            || tensor!([1, 0]).try_bernoulli(),
            "\"bernoulli_tensor_cpu_p_\" not implemented for 'Long'",
        ),
        (
            "z().bernoulli_(torch.tensor([.5,.5]))",
            || z(DType::F32).try_bernoulli_(tensor!([0.5, 0.5])),
            "The expanded size of the tensor (4) must match the existing size (2) at non-singleton dimension 0.  Target sizes: [4].  Tensor sizes: [2]",
        ),
        (
            "z().bernoulli_(1.5)",
            || z(DType::F32).try_bernoulli_(1.5),
            "bernoulli_ expects p to be in [0, 1], but got p=1.5",
        ),
        (
            "torch.zeros(2,dtype=torch.complex64).bernoulli_()",
            || z(DType::C64).try_bernoulli_(0.5),
            "\"bernoulli_scalar_cpu_\" not implemented for 'ComplexFloat'",
        ),
        (
            "torch.multinomial(f,5)",
            || f().try_multinomial(5, false),
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
        ),
        (
            "torch.multinomial(f,0)",
            || f().try_multinomial(0, true),
            "cannot sample n_sample <= 0 samples",
        ),
        (
            "torch.multinomial(torch.tensor([1,2]),1)",
            || tensor!([1, 2]).try_multinomial(1, true),
            "multinomial only supports floating-point dtypes for input, got: Long",
        ),
        (
            "torch.multinomial(torch.rand(2,2,2),1)",
            || Tensor::rand([2, 2, 2]).try_multinomial(1, true),
            "prob_dist must be 1 or 2 dim",
        ),
        (
            "torch.multinomial(torch.tensor(1.),1)",
            || Tensor::scalar(1.).try_multinomial(1, true),
            "prob_dist must be 1 or 2 dim",
        ),
        (
            "torch.multinomial(torch.tensor([-1.,2.]),1)",
            || tensor!([-1., 2.]).try_multinomial(1, true),
            "probability tensor contains either `inf`, `nan` or element < 0",
        ),
        (
            "torch.multinomial(torch.tensor([0.,0.]),1)",
            || tensor!([0., 0.]).try_multinomial(1, true),
            "invalid multinomial distribution (sum of probabilities <= 0)",
        ),
        (
            "torch.normal(torch.zeros(2),-1.)",
            || Tensor::try_normal_each(Tensor::zeros([2]), -1.),
            "normal expects std >= 0.0, but found std -1",
        ),
        (
            "torch.normal(0.,-1.,(2,))",
            || Tensor::try_normal(0., -1., [2]),
            "normal expects std >= 0.0, but found std -1",
        ),
        (
            "torch.normal(torch.zeros(2),torch.tensor([-1.,1.]))",
            || Tensor::try_normal_each(Tensor::zeros([2]), tensor!([-1., 1.])),
            "normal expects all elements of std >= 0.0",
        ),
        (
            "torch.normal(torch.arange(1,4),1.)",
            || Tensor::try_normal_each(Tensor::arange(1, 4, 1), 1.),
            "\"normal_kernel_cpu\" not implemented for 'Long'",
        ),
        (
            "torch.normal(torch.zeros(2),torch.ones(3))",
            || Tensor::try_normal_each(Tensor::zeros([2]), Tensor::ones([3])),
            "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0",
        ),
        (
            "torch.poisson(torch.tensor([-1.]))",
            || tensor!([-1.]).try_poisson(),
            "invalid Poisson rate, expected rate to be non-negative",
        ),
        (
            "torch.poisson(torch.tensor([1,2]))",
            || tensor!([1, 2]).try_poisson(),
            "\"poisson_cpu\" not implemented for 'Long'",
        ),
        (
            "z(dt=torch.int64).exponential_()",
            || z(DType::I64).try_exponential_(1.),
            "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you specified Long",
        ),
        (
            "z().exponential_(-1)",
            || z(DType::F32).try_exponential_(-1.),
            "exponential_ expects lambda > 0.0, but found lambda=-1",
        ),
        (
            "z(dt=torch.complex64).exponential_()",
            || z(DType::C64).try_exponential_(1.),
            "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you specified ComplexFloat",
        ),
        (
            "z(dt=torch.int32).cauchy_()",
            || z(DType::I32).try_cauchy_(0., 1.),
            "Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you specified int",
        ),
        (
            "z().cauchy_(0,-1)",
            || z(DType::F32).try_cauchy_(0., -1.),
            "cauchy_ expects sigma > 0.0, but found sigma=-1",
        ),
        (
            "z().log_normal_(0,-1)",
            || z(DType::F32).try_log_normal_(0., -1.),
            "log_normal_ expects std > 0.0, but found std=-1",
        ),
        (
            "z(dt=torch.int32).log_normal_()",
            || z(DType::I32).try_log_normal_(1., 2.),
            "\"log_normal_cpu\" not implemented for 'Int'",
        ),
        (
            "z(dt=torch.bool).geometric_(.3)",
            || z(DType::Bool).try_geometric_(0.3),
            "\"geometric_cpu\" not implemented for 'Bool'",
        ),
        (
            "z().geometric_(0)",
            || z(DType::F32).try_geometric_(0.),
            "geometric_ expects p to be in (0, 1), but got p=0",
        ),
        (
            "z(dt=torch.int8).random_(300)",
            || z(DType::I8).try_random_(..300),
            "to - 1 is out of bounds for signed char",
        ),
        (
            "z(dt=torch.int64).random_(3,3)",
            || z(DType::I64).try_random_(3..3),
            "random_ expects 'from' to be less than 'to', but got from=3 >= to=3",
        ),
        (
            "z(dt=torch.uint8).random_(-1,5)",
            || z(DType::U8).try_random_(-1..5),
            "from is out of bounds for unsigned char",
        ),
        (
            "z(dt=torch.bool).random_(0,3)",
            || z(DType::Bool).try_random_(0..3),
            "to - 1 is out of bounds for bool",
        ),
    ];
    for (python, draw, expected) in cases {
        assert_eq!(draw().unwrap_err().to_string(), *expected, "{python}");
    }
}
